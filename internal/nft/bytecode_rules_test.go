package nft_test

// bytecodeRules are rules that nft(8) compiles to instructions that [nft.Compile] never
// emits: it joins adjacent fields, shortens prefixes and has further statements.
// Decompile must list them all.
func bytecodeRules() []string {
	var list []string
	add := func(family string, rules ...string) {
		for _, r := range rules {
			list = append(list, family+": "+r)
		}
	}
	add("ip",
		"@nh,96,32 0x0a000001", "@nh,96,64 0x0a0000010a000002", "@nh,64,16 0x4006", "@nh,96,96 1", "@nh,160,32 5", "@th,16,16 22", "@th,0,16 80", "@th,0,32 5", "@th,32,32 != 5", "@ll,0,48 5",
		"tcp sport 1 tcp dport 2", "udp sport 1 udp dport 2 accept", "tcp dport 1 th sport 2", "meta l4proto tcp th dport 53", "ip protocol udp th sport 53", "udp dport 53 udp length 9", "sctp sport 1 sctp dport 2",
		"ip ttl 9 ip protocol 6", "icmp type 8 icmp code 0", "ip saddr 10.0.0.1 ip daddr != 10.0.0.2", "meta l4proto { tcp, udp } th sport 1 th dport 53",
		"ip saddr 10.0.0.0/8", "ip saddr 10.0.0.0/9", "ip saddr != 10.0.0.0/16", "ip saddr & 255.0.255.0 == 10.0.1.0 drop", "ip daddr & 255.255.0.0 != 10.1.0.0 drop", "ip saddr & 255.255.255.254 == 10.0.0.0", "ip saddr & 255.0.255.0 10.0.1.0-10.0.2.0",
		"ip dscp 3", "ip version 4", "ip frag-off & 0x1fff != 0", "tcp dport & 0xff == 1", "tcp dport & 0xff > 1", "meta mark and 0xf != 1", "meta mark & 0xff 3-5", "meta mark & 0xff >= 3", "tcp dport & 0xff00 < 5", "meta mark & 0xff != 3-5", "ct state & (new|established) == new", "ct state & (new|established) != 0",
		"meta mark set meta mark or 1", "meta mark set meta mark xor 1", "ct mark set meta mark and 0xff", "ct mark set 7", "ct mark set meta mark", "meta mark set 9", "meta nftrace set 1", "ip ttl set 5", "tcp dport set 5", "meta mark set ip saddr map { 1.1.1.1 : 5 }",
		"tcp dport 80-90", "tcp dport != 80-90", "meta length 100-200", "meta length != 100-200", "meta length > 5", "ip ttl >= 5 ip ttl <= 9", "ip ttl >= 5 ip id <= 9", "ip ttl >= 5 counter ip ttl <= 9", "ip ttl >= 5 ip ttl 7", "ip saddr != 10.0.0.0-10.0.0.3", "ip ttl > 5 ip ttl <= 9",
		"iifname eth0", `iifname "eth*"`, `oifname != "eth*"`, "iif lo", "iif 1 oif 9", "iifname { lo, eth0 }", "meta l4proto tcp", "meta protocol ip tcp dport 1", "ip protocol tcp tcp dport 1", "ip protocol icmp icmp type 8", "ip protocol { tcp, udp } th dport 53", "ip protocol != tcp tcp dport 1",
		"ip saddr @s", "ip saddr != @s drop", "ip saddr & 255.0.0.255 @s", "ip saddr . tcp dport { 1.1.1.1 . 22 }", "ip saddr . tcp dport @both", "ip saddr . ip daddr vmap { 1.1.1.1 . 2.2.2.2 : drop }",
		"ip saddr { 0.0.0.0/1, 255.0.0.0/8 }", "ip saddr { 10.0.0.0/8, 10.255.0.0/16 }", "ip saddr != { 10.0.0.0-10.0.0.4, 11.0.0.0 }", "ip saddr { 1.0.0.0/8, 2.0.0.0/8, 4.0.0.0/8 }", "tcp dport { 1-5, 6, 65535 }", "tcp dport { 0, 9-10 }",
		"tcp dport vmap { 22 : accept, 80-90 : drop }", "ct state vmap { new : jump other, established : accept }", "ip saddr vmap { 10.0.0.0/8 : accept, 11.0.0.0-11.0.0.9 : goto other }", "jhash ip saddr mod 2 vmap { 0 : accept, 1 : drop }", "iifname vmap { lo : accept, eth0 : continue }", "meta mark vmap { 1 : return, 0x100 : drop }",
		"fib saddr . iif oif missing drop", "fib daddr type local", "fib daddr . iif type local", "meta hour 5", "ct id 5", "ct original packets > 5", "numgen inc mod 2 0", "rt classid 5",
		"reject with icmp 3", "reject with icmp 1", "reject with tcp reset", "ip saddr 1.1.1.1 reject with icmp host-prohibited", "limit rate 5/second", "limit rate over 10 kbytes/second burst 20 kbytes", "log prefix \"x\" level info", "log group 5", "notrack", "jump other", "goto other", "continue", "return",
		"ether saddr 00:11:22:33:44:55 ether type ip", "ether type ip", "ether type arp", "meta iiftype ether ether saddr 00:11:22:33:44:55", "meta iiftype ether", "meta iiftype != ether ether saddr 00:11:22:33:44:55",
	)
	add("ip6",
		"ip6 saddr fd00::/8", "ip6 saddr fd00::/65", "ip6 saddr != fd00::/64", "ip6 saddr fd00::1 ip6 daddr fd00::2", "ip6 saddr & ffff:0:ffff:: == fd00::", "@nh,64,128 5", "@nh,192,128 5", "icmpv6 type 128 icmpv6 code 0", "ip6 nexthdr tcp tcp dport 1", "ip6 nexthdr 6", "meta l4proto 58 icmpv6 type 1", "reject with icmpv6 no-route", "reject", "meta protocol ip6 tcp dport 1",
	)
	add("inet",
		"ip saddr 1.1.1.1 ip daddr 2.2.2.2", "@nh,96,32 0x0a000001", "meta nfproto ipv4 @nh,96,32 0x0a000001", "meta nfproto ipv4", "meta nfproto ipv4 tcp dport 1", "meta nfproto ipv4 ip saddr 1.1.1.1", "meta protocol ip ip saddr 1.1.1.1", "meta protocol ip icmp type 8", "meta protocol ip",
		"ip protocol tcp tcp dport 1", "ip6 nexthdr tcp tcp dport 1", "meta nfproto ipv4 meta l4proto tcp tcp dport 1", "meta l4proto tcp meta nfproto ipv4 tcp dport 1", "ip saddr 1.1.1.1 meta l4proto udp udp dport 1", "ip saddr 1.1.1.1 tcp dport 1 ip daddr 2.2.2.2", "meta l4proto tcp counter tcp dport 1", "meta nfproto ipv4 counter ip saddr 1.1.1.1", "ip saddr 1.1.1.1 counter tcp dport 1", "meta iiftype ether counter ether type ip", "meta l4proto tcp meta mark set 1 tcp dport 1", "meta l4proto tcp tcp dport vmap { 1 : accept }",
		"meta nfproto ipv6 reject with icmpv6 no-route", "ip saddr 1.1.1.1 reject with icmp host-unreachable", "reject with icmpx no-route", "reject with icmpx port-unreachable", "meta nfproto ipv4 reject with icmpx admin-prohibited", "meta nfproto ipv4 icmp type 8", "icmpv6 type 128 icmpv6 code 0",
		"meta iiftype ether ether type ip", "ether saddr 00:11:22:33:44:55 ip saddr 1.1.1.1", "ether daddr 00:11:22:33:44:55 ether saddr 00:11:22:33:44:66",
	)
	add("bridge",
		"ether type ip ip saddr 1.1.1.1", "ether type ip", "meta protocol ip ip saddr 1.1.1.1", "meta protocol ip", "ether type ip6 ip6 saddr ::1", "ether saddr 00:11:22:33:44:55 ether daddr 00:11:22:33:44:66", "ether saddr 00:11:22:33:44:55 ether type ip", "ip protocol tcp", "ether type ip tcp dport 1", "ip protocol tcp tcp dport 2", "ether type arp arp operation 1", "arp operation 2", "ip saddr 1.1.1.1 ip daddr 1.1.1.2", "ip saddr 1.1.1.0/24", "ether type != ip",
	)
	add("arp", "arp operation 1", "meta protocol arp", "meta mark 1")
	add("nat ip", "snat to 1.2.3.4-1.2.3.9 persistent", "tcp dport 1 snat to 1.2.3.4:80-90 random", "udp sport 1 masquerade to :5-9 fully-random", "masquerade random,persistent", "snat to ip saddr map { 1.1.1.1 : 2.2.2.2 }")
	add("nat ip6", "snat to fd00::1", "tcp dport 1 snat to [fd00::1]:80")
	add("nat inet", "snat ip to 1.2.3.4", "snat ip6 to fd00::1-fd00::9", "ip saddr 1.1.1.1 snat ip to 1.2.3.4", "meta l4proto tcp snat ip to 1.2.3.4:5")
	return list
}
