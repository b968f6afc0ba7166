#!/bin/bash
# What a container engine does: a bridge on the machine, a cable to each namespace.
set -euo pipefail

BRIDGE=cbr0
NET=198.18.60
COUNT=3
log() { printf '%s\n' "== $*" >&2; }

if [ "$(id -u)" -ne 0 ]; then
	log "this wants root"
	exit 1
fi

cleanup() {
	for n in $(seq 1 "$COUNT"); do
		if ip netns list | grep -q "^box$n"; then
			ip netns del "box$n"
		fi
	done
	ip link del "$BRIDGE" 2>/dev/null || true
}
cleanup
trap 'log gone' INT

ip link show "$BRIDGE" >/dev/null 2>&1 || ip link add "$BRIDGE" type bridge
ip addr add "$NET.1/24" dev "$BRIDGE"
ip link set "$BRIDGE" up

box() {
	local name=$1 address=$2 plug="cv$3"
	ip netns add "$name"
	ip link add "$plug" type veth peer name eth0 netns "$name"
	ip link set "$plug" master "$BRIDGE" up
	ip -n "$name" link set lo up
	ip -n "$name" addr add "$address/24" dev eth0
	ip -n "$name" link set eth0 up
	ip -n "$name" route add default via "$NET.1"
}
for ((i = 1; i <= COUNT; i++)); do
	box "box$i" "$NET.$((10 + i))" "$i"
done

ip netns exec box1 ping -c1 -W1 "$NET.12" >/dev/null && log "box1 reaches box2"
if ! ip netns exec box2 ping -c1 -W1 203.0.113.9 >/dev/null 2>&1; then
	log "as it should be"
fi
