#!/bin/bash
# What a script asks before it begins: what all fresh machines answer, and what not.
set -eu
. /etc/os-release
die() { echo "$0: $*" >&2; exit 1; }

[ "$(uname)" = Linux ] || die "Linux only"
[ "$(id -u)" -eq 0 ] || die "root only"
[ "$(hostname)" = localhost ] || die "another machine"
[ "$(cat /proc/sys/net/ipv4/ip_forward)" = 0 ] || die "forwards already"
[ "$(sysctl -n net.ipv6.conf.all.disable_ipv6)" = 0 ] || die "no IPv6"
[ "$(< /proc/sys/net/ipv4/conf/default/proxy_arp)" -eq 0 ] || die "proxy"
pgrep -x dnsmasq && die "a server runs"
[ -d /proc/sys/net/ipv6 ] && [ -x /sbin/ip ] && [ ! -e /tmp/lock ] || die "no IPv6"
[ -f fresh.sh ] || die "not beside itself"

[ "$ID" = debian ] || [ "$ID" = ubuntu ] || die "Debian only"
case "$(uname -m)" in x86_64 | aarch64) ;; *) die "unknown architecture" ;; esac
lsmod | grep -q veth || die "no veth"
[ "$(nproc)" -ge 2 ] || die "too few processors"
[ -c /dev/net/tun ] || die "no tun"

ip netns add "$(basename -- "$0" .sh)"
ip netns add a
ip -n a link add e type veth peer name e netns fresh
echo 1 > /proc/sys/net/ipv4/ip_forward
[ "$(cat /proc/sys/net/ipv4/ip_forward)" = 1 ] || die "does not forward"
ip netns exec a sysctl -qw net.ipv4.conf.e.rp_filter=2
ip netns exec a bash -c '[ "$(cat /proc/sys/net/ipv4/conf/e/rp_filter)" = 2 ] && ip link set e mtu 1400'
ip netns exec a bash -c '[ "$(cat /sys/class/net/e/mtu)" -eq 1400 ] && ip netns add b'
for i in $(seq "$(nproc)"); do ip netns add "cpu$i"; done
