#!/bin/sh
# Words that a lab file has no place for.
ip netns add a
ip netns add b
ip link add e netns a type veth peer name e netns b
ip -n a addr add 10.0.0.1/24 brd + dev e
ip -n a addr add 10.0.5.1/24 brd 10.0.5.255 dev e label e:5
ip -n b addr add 10.0.0.2/24 dev e label e
ip -n a link set e up
ip -n b link set e up
ip -n b route add 10.0.5.0/24 via 10.0.0.1 proto static
ip -n b route add 10.0.6.0/24 via 10.0.0.1 proto boot
ip netns exec a ethtool -K e tx off
ip netns exec a ethtool -k e
ip netns exec a ethtool e
ip netns exec a ping -c1 -s 1400 -M do 10.0.0.2
! ip netns exec a ping -c1 -Mdo -s1472 10.0.0.2
ip netns exec a ping -c1 -I 10.0.5.1 10.0.0.2
ip netns exec b ping -c1 -I e 10.0.0.1
ip netns exec b ping -qc1 -I10.0.0.2 -W1 10.0.5.1
ip netns exec a ping -t 1 10.0.0.2
