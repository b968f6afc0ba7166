package iproute2

// Look returns the command that shows something of a namespace: "link", "addr" or
// "route" of ip with what stands behind "show", "sysctl" with a key, "nft" the
// packet filter, "netns" the names there are.
func Look(namespace, object string, args ...string) string {
	switch object {
	case "netns":
		return "ip netns list"
	case "nft":
		return join(within(namespace, "nft", "list", "ruleset"))
	case "sysctl":
		return join(within(namespace, append([]string{"sysctl"}, args...)...))
	}
	return join(ip(namespace, append([]string{object, "show"}, args...)...))
}
