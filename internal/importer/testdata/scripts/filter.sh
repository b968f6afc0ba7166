#!/bin/sh
ip netns add r1
ip netns add c1
ip link add v1 netns r1 type veth peer name eth0 netns c1
ip -n r1 addr add 172.17.0.1/16 dev v1
ip -n r1 link set v1 up
ip -n c1 addr add 172.17.0.2/16 dev eth0
ip -n c1 link set eth0 up
ip -n c1 route add default via 172.17.0.1
ip netns exec r1 sysctl -w net.ipv4.ip_forward=1
ip netns exec r1 iptables -t nat -A POSTROUTING -s 172.17.0.0/16 ! -o v1 -j MASQUERADE
ip netns exec r1 nft add table inet f
ip netns exec r1 nft add chain inet f c '{ type filter hook forward priority 0; policy drop; }'
ip netns exec r1 nft -f - <<EOF
table inet g {
  chain x { type filter hook input priority 0; accept; }
}
EOF
ip netns exec r1 nft delete table ip none
ip netns exec r1 iptables -D FORWARD -j DROP
iptables -A FORWARD -j ACCEPT
ip netns exec r1 iptables -A INPUT -m hashlimit --hashlimit-above 5/sec -j DROP
