package state

// The sysctls that make a router.
const (
	ForwardIPv4 = "net.ipv4.ip_forward"
	ForwardIPv6 = "net.ipv6.conf.all.forwarding"
)

// SysctlDefault returns the value that a sysctl has in a new namespace, where
// this is the same on every machine.
func SysctlDefault(key string) (value string, ok bool) {
	switch key {
	case ForwardIPv4, ForwardIPv6:
		return "0", true
	}
	return "", false
}
