#!/bin/sh
set -eu

# h
#   eth0 10.0.0.2/24 to sw:p0
ip netns add h

# sw, a switch
#   p0 to h:eth0
#   p1 to r:eth0
ip netns add sw

# r, a router
#   eth0 10.0.0.1/24 fd00::1/64 to sw:p1
#   wan to host:up0
ip netns add r

# h
ip -n h link set lo up

# sw
ip -n sw link add br0 type bridge stp_state 0 forward_delay 0

# h
ip -n h link add eth0 type veth peer name p0 netns sw

# r
ip -n r link add eth0 type veth peer name p1 netns sw

# host namespace
#   up0 to r:wan
ip link add up0 type veth peer name wan netns r

# sw
ip -n sw link set p0 master br0 up
ip -n sw link set p1 master br0 up
ip -n sw link set br0 up

# h
ip -n h addr add 10.0.0.2/24 dev eth0
ip -n h addr add fe80::2/64 dev eth0 nodad
ip -n h link set eth0 up

# r
ip -n r addr add 10.0.0.1/24 dev eth0
ip -n r addr add fd00::1/64 dev eth0 nodad
ip -n r link set eth0 up
ip -n r link set wan up
ip netns exec r sysctl -q -w net.ipv6.conf.all.forwarding=1

# host namespace
ip link set up0 up

# h
ip -n h route add default via 10.0.0.1 dev eth0
