#!/bin/bash
# Makes something, tries it, and takes it away again.
pass=0 fail=0
try() {
	if "$@" >/dev/null 2>&1; then pass=$((pass + 1)); else fail=$((fail + 1)); fi
}
teardown() {
	ip netns delete client
	ip netns delete server
}
ip netns add client
ip netns add server
ip link add type veth
ip link set veth0 netns client
ip link set veth1 netns server
ip netns exec client bash <<'INNER'
ip addr add 10.77.0.1/30 dev veth0
ip link set veth0 up
ip link set lo up
INNER
ip netns exec server bash -c "ip addr add 10.77.0.2/30 dev veth1 && ip link set dev veth1 up && ip link set lo up"
try ip netns exec client ping -c 1 -w 2 10.77.0.2
try ip netns exec server ping -c 1 10.77.0.1
! ip netns exec client ping -c 1 -W 1 10.78.0.1
teardown
echo "$pass passed, $fail failed"
