#!/bin/bash
# What has no place in a lab file, and what must not be done by reading it.
ip netns add one
ip -n one link add gtp0 type gtp
ip -n one addr add 10.1.1.1/24 dev gtp0
ip link add name cable type veth peer name end netns one
ip link set cable up alias "up link"
ip -n one link set end up
ip -n one addr add 10.2.0.1/24 dev end
touch canary1
echo text > canary2
x=$(touch canary3; echo one)
eval "touch canary4"
cat <(touch canary5) > /dev/null
( cd .. && touch canary6 )
source /etc/passwd
exec 3> canary7
uplink=$(ip route | awk '/default/ {print $5}')
ip link set "$uplink" up
sysctl -w net.ipv4.ip_forward=1
iptables -t nat -A POSTROUTING -o "$uplink" -j MASQUERADE
tc qdisc add dev cable root netem delay 10ms
ip netns exec $x iperf3 -s -D
while :; do sleep 1; done
ip -n one route add 10.3.0.0/16 via 10.2.0.254
