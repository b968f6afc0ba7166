#!/bin/sh
# Two namespaces and a cable, one command after the other.
ip netns add left
ip netns add right
ip link add veth0 type veth peer name veth1
ip link set veth0 netns left
ip link set veth1 netns right
ip netns exec left ip addr add 192.168.50.1/24 dev veth0
ip netns exec right ip addr add 192.168.50.2/24 dev veth1
ip netns exec left ip link set veth0 up
ip netns exec right ip link set veth1 up
ip netns exec left ip link set lo up
ip netns exec right ip link set lo up
ip netns exec left ping -c 1 192.168.50.2
