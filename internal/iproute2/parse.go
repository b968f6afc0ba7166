package iproute2

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/vethlab/vethlab/internal/iproute2/argv"
	"github.com/vethlab/vethlab/internal/nft"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

// Parse parses a command that changes something, as [Print] prints it and in the
// other spellings that ip(8), sysctl(8), brctl(8), nft(8) and iptables(8) accept:
// shortened objects and verbs, optional words, options in any order, "sudo" in front,
// "ip netns exec NS ip …". A command is any number of Ops. Options that no Op holds,
// such as "brd +", are skipped.
//
// An error names the unexpected word and its number. The error for a valid command
// without an Op is an [UnsupportedError].
func Parse(line string) (plan.Plan, error) {
	p, _, err := ParseSkipping(line)
	return p, err
}

// ParseSkipping is [Parse] that also returns the skipped options with their values,
// such as "label eth0:1".
func ParseSkipping(line string) (p plan.Plan, skipped []string, err error) {
	list, err := split(line)
	if err != nil {
		return nil, nil, err
	}
	return parseWords(list)
}

// ParseWords is [Parse] for the words of a command.
func ParseWords(list []string) (plan.Plan, error) {
	p, _, err := parseWords(list)
	return p, err
}

func parseWords(list []string) (p plan.Plan, skipped []string, err error) {
	w := &words{Words: argv.Words{List: list}, namespace: state.Host}
	p, err = parseCommand(w)
	switch {
	case err != nil:
		return nil, nil, err
	case w.More():
		return nil, nil, w.Missing("the end")
	}
	return p, w.skipped, nil
}

// An UnsupportedError is the error for a valid command that has no Op.
type UnsupportedError struct{ Why string }

func (e *UnsupportedError) Error() string { return e.Why }

// unsupported refuses the word before the next one.
func (w *words) unsupported(format string, args ...any) error {
	return fmt.Errorf("%s: %w", w.Back().Place(), &UnsupportedError{fmt.Sprintf(format, args...)})
}

// parseCommand parses a command of any supported program.
func parseCommand(w *words) (plan.Plan, error) {
	skipWrappers(w)
	switch path.Base(w.Next()) {
	case "ip":
		return parseIP(w)
	case "sysctl":
		return parseSysctl(w)
	case "nft":
		return parseNft(w)
	case "iptables", "iptables-nft":
		return parseIptables(w, nft.IP)
	case "ip6tables", "ip6tables-nft":
		return parseIptables(w, nft.IP6)
	case "brctl":
		return parseBrctl(w)
	case "bridge":
		return nil, w.unsupported("bridge(8) is not supported")
	}
	if w.Pos > 0 {
		w.Back()
	}
	return nil, w.Unexpected("ip", "sysctl", "brctl", "nft", "iptables")
}

// skipWrappers skips programs such as sudo that run another one, and their options.
func skipWrappers(w *words) {
	for w.Skip("sudo", "doas", "command", "env", "exec") {
		for strings.HasPrefix(w.Peek(), "-") || isAssignment(w.Peek()) {
			if option := w.Next(); option == "-u" || option == "-g" {
				w.Next()
			}
		}
	}
}

func isAssignment(word string) bool {
	name, _, ok := strings.Cut(word, "=")
	return ok && name != "" && strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") == ""
}

// An object is an object of ip with its parser.
type object struct {
	verb
	parse func(*words) (plan.Plan, error)
}

// objects has one row per supported object of ip, in ip's own order, which decides
// what "ip a" means.
func objects() []object {
	return []object{
		{verb{"address", "a"}, parseAddress},
		{verb{"route", "r"}, parseRoute},
		{verb{"neighbor", "n"}, parseNeighbour},
		{verb{"neighbour", "n"}, parseNeighbour},
		{verb{"link", "l"}, parseLink},
		{verb{"netns", "net"}, parseNetns},
	}
}

// unsupportedObjects are the other objects of ip.
var unsupportedObjects = []verb{
	{"addrlabel", "addrl"},
	{"maddress", "m"},
	{"rule", "ru"},
	{"ntable", "nt"},
	{"l2tp", "l2"},
	{"fou", "f"},
	{"macsec", "mac"},
	{"tunnel", "t"},
	{"tuntap", "tu"},
	{"tap", "tap"},
	{"token", "to"},
	{"tcp_metrics", "tc"},
	{"monitor", "mo"},
	{"xfrm", "x"},
	{"mroute", "mr"},
	{"mrule", "mru"},
	{"vrf", "vr"},
	{"sr", "s"},
	{"nexthop", "nex"},
	{"mptcp", "mp"},
}

func parseIP(w *words) (plan.Plan, error) {
	if err := readIPOptions(w); err != nil {
		return nil, err
	}
	known := objects()
	verbs := make([]verb, len(known))
	for i, o := range known {
		verbs[i] = o.verb
	}
	name, err := w.Verb(verbs...)
	if i := slices.IndexFunc(known, func(o object) bool { return o.Name() == name }); i >= 0 {
		return known[i].parse(w)
	}
	if other, e := w.Verb(unsupportedObjects...); e == nil {
		return nil, w.unsupported("ip %s is not supported: a lab has links, addresses and routes of the main table", other)
	}
	return nil, err
}

// ipOptions are the options of ip itself, without "-", in ip's own order, which decides
// what "-b" means. Options of output are ignored.
var ipOptions = []verb{
	{"loops", "l"},
	{"family", "f"},
	{"4", "4"},
	{"6", "6"},
	{"human-readable", "h"},
	{"iec", "ie"},
	{"stats", "s"},
	{"statistics", "s"},
	{"details", "d"},
	{"resolve", "r"},
	{"oneline", "o"},
	{"timestamp", "t"},
	{"tshort", "ts"},
	{"force", "fo"},
	{"batch", "b"},
	{"brief", "br"},
	{"json", "j"},
	{"pretty", "p"},
	{"color", "c"},
	{"netns", "n"},
	{"Numeric", "N"},
	{"all", "a"},
	{"echo", "e"},
}

// readIPOptions parses the options between ip and its object.
func readIPOptions(w *words) error {
	for strings.HasPrefix(w.Peek(), "-") {
		option := w.ipOption()
		if option == "" {
			return fmt.Errorf("%s: unknown option of ip", w.Place())
		}
		w.Next()
		var err error
		switch option {
		case "netns":
			w.namespace, err = w.Value("the name of a namespace")
		case "4":
			w.family = plan.IPv4Only
		case "6":
			w.family = plan.IPv6Only
		case "family":
			err = w.readFamily()
		case "loops":
			_, err = w.Number("how often to try", maxSigned)
		case "batch", "all", "force":
			err = w.unsupported("-batch, -all and -force are not supported")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// ipOption returns the name of the option that the next word is, or "".
func (w *words) ipOption() string {
	word := strings.TrimPrefix(strings.TrimPrefix(w.Peek(), "-"), "-")
	for _, o := range ipOptions {
		if o.Is(word) {
			return o.Name()
		}
	}
	return ""
}

func (w *words) readFamily() error {
	switch {
	case w.Skip("inet"):
		w.family = plan.IPv4Only
	case w.Skip("inet6"):
		w.family = plan.IPv6Only
	default:
		return w.Unexpected("inet", "inet6")
	}
	return nil
}
