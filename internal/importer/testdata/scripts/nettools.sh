#!/bin/sh
# The same with the commands of net-tools and bridge-utils.
ip netns add pc
ip netns add hub
ip link add hub0 type veth peer name pc0
ip link set hub0 netns hub
ip link set pc0 netns pc
ip netns exec hub brctl addbr sw
ip netns exec hub brctl addif sw hub0
ip netns exec hub brctl stp sw on
ip netns exec hub brctl setfd sw 4
ip netns exec hub ifconfig hub0 up
ip netns exec hub ifconfig sw 172.31.9.1 netmask 255.255.255.0 up
ip netns exec pc ifconfig pc0 172.31.9.2/24 up
ip netns exec pc route add default gw 172.31.9.1
ip netns exec pc route add -net 172.31.10.0 netmask 255.255.255.0 gw 172.31.9.1
