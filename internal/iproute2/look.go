package iproute2

// Look returns the command that shows something of a namespace: program is ip, or
// another that is run inside, such as sysctl or nft.
func Look(namespace, program string, args ...string) string {
	if program == "ip" {
		return join(ip(namespace, args...))
	}
	return join(within(namespace, append([]string{program}, args...)...))
}
