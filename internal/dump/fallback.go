package dump

// fallbacks are the kinds of the links that the kernel makes in every namespace
// once a module for tunnels is loaded, unless net.core.fb_tunnels_only_for_init_net
// is set. They receive the packets that match no other tunnel.
var fallbacks = map[string]string{
	"tunl0": "ipip", "gre0": "gre", "gretap0": "gretap", "erspan0": "erspan", "sit0": "sit", "ip_vti0": "vti",
	"ip6tnl0": "ip6tnl", "ip6gre0": "ip6gre", "ip6_vti0": "vti6",
}

// Fallback reports whether a link of that name and kind is a fallback tunnel, which
// the kernel makes in every namespace, as it makes lo.
func Fallback(name, kind string) bool { return kind != "" && fallbacks[name] == kind }
