#!/bin/bash
# A chain of routers, by a batch for each.
. "$(dirname "$0")/chain.inc"

i=0
while [ $i -lt $ROUTERS ]; do
	ip netns add "$(router $i)"
	i=$((i + 1))
done
for n in a b; do ip netns add $n; done

cable a eth0 "$(router 0)" left
cable "$(router $((ROUTERS - 1)))" right b eth0
for ((i = 0; i < ROUTERS - 1; i++)); do
	cable "$(router $i)" right "$(router $((i + 1)))" left
done

address a eth0 10.9.0.2/24
address "$(router 0)" left 10.9.0.1/24
for ((i = 0; i < ROUTERS; i++)); do
	address "$(router $i)" right "10.9.$((i + 1)).1/24"
	ip netns exec "$(router $i)" sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward'
done
for ((i = 1; i < ROUTERS; i++)); do
	address "$(router $i)" left "10.9.$i.2/24"
done
address b eth0 "10.9.$ROUTERS.2/24"

ip -n a route add default via 10.9.0.1
ip -n b route add default via "10.9.$ROUTERS.1"
for ((i = 0; i < ROUTERS; i++)); do
	ip -batch - <<-EOF
		-n $(router $i) link set lo up
	EOF
	for ((j = 0; j <= ROUTERS; j++)); do
		case $((j - i)) in
		0 | 1) ;;
		-*) ip -n "$(router $i)" route add "10.9.$j.0/24" via "10.9.$i.1" ;;
		*) ip -n "$(router $i)" route add "10.9.$j.0/24" via "10.9.$((i + 1)).2" ;;
		esac
	done
done
