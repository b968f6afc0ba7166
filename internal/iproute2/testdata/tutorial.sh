#!/bin/sh
set -eu

# Network namespaces: each has its own interfaces, addresses and routes. A new
# one has only lo, which is down. The alias of lo marks it as part of a lab.
# Look: ip netns list; ls /run/netns
ip netns add h
ip -n h link set lo up
ip netns add sw
ip netns add r

# Bridges: switches in software. A bridge takes the smallest MTU of its ports
# until its own MTU is changed: it is created with another one, changed later.
# Look: ip -n NAME link
ip -n sw link add br0 type bridge stp_state 0 forward_delay 0

# Veth pairs: two interfaces; a frame sent through one is received by the other.
# Both ends are in the host namespace for now.
# Look: ip link
ip link add cable1a type veth peer name cable1b
ip link add cable2a type veth peer name cable2b
ip link add up0 type veth peer name cable3b

# Each end is moved into its namespace. ip link no longer lists it here, and
# lists it there as NAME@ifN: N is the index of its peer.
# Look: ip link; ip -n NAME link
ip link set cable1a name eth0 netns h
ip link set cable1b name p0 netns sw
ip link set cable2a name eth0 netns r
ip link set cable2b name p1 netns sw
ip link set cable3b name wan netns r

# In each namespace: addresses, then the interface up, then routes. By default
# the kernel derives an fe80 address from the MAC and runs duplicate address
# detection for a second; here it is added by hand (addrgenmode none, nodad).
# Look: ip -n NAME addr; ip -n NAME route

# h
#   eth0 10.0.0.2/24 to sw:p0
ip -n h addr add 10.0.0.2/24 dev eth0
ip -n h addr add fe80::2/64 dev eth0 nodad
ip -n h link set eth0 up
ip -n h route add default via 10.0.0.1 dev eth0

# sw, a switch
#   p0 to h:eth0
#   p1 to r:eth0
ip -n sw link set p0 master br0 up
ip -n sw link set p1 master br0 up
ip -n sw link set br0 up

# r, a router
#   eth0 10.0.0.1/24 fd00::1/64 to sw:p1
#   wan to host:up0
ip netns exec r sysctl -q -w net.ipv6.conf.all.forwarding=1
ip -n r addr add 10.0.0.1/24 dev eth0
ip -n r addr add fd00::1/64 dev eth0 nodad
ip -n r link set eth0 up
ip -n r link set wan up

# host namespace
#   up0 to r:wan
ip link set up0 up
