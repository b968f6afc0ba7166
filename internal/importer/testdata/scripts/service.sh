#!/bin/sh
# Does what its first argument says, as a service script would.
up() {
	ip netns add gw
	ip netns add lan
	ip link add gw0 type veth peer name lan0
	ip link set dev gw0 netns gw name eth0 mtu 1400
	ip link set dev lan0 netns lan name eth0 mtu 1400
	ip netns exec gw sysctl -q -w net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	ip -n gw address add 10.44.0.1/24 dev eth0
	ip -n lan address add 10.44.0.2/24 dev eth0
	ip -n gw -6 address add fd44::1/64 dev eth0 nodad
	ip -n lan -6 address add fd44::2/64 dev eth0 nodad
	for ns in gw lan; do
		ip -n $ns link set lo up
		ip -n $ns link set eth0 up
	done
	ip -n lan route add default via 10.44.0.1 dev eth0
	ip -n lan -6 route add default via fd44::1 dev eth0
	ip -n lan route add 10.45.0.0/16 via 10.44.0.1 metric 20
}
down() {
	ip netns del gw
	ip netns del lan
}
case "${1:-}" in
up | start) up ;;
down | stop) down ;;
*) echo "usage: $0 up|down" >&2; exit 2 ;;
esac
