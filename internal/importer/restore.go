package importer

import (
	"path"
	"slices"
	"strings"

	"github.com/vethlab/vethlab/internal/nft"
	"github.com/vethlab/vethlab/internal/shell"
)

// restoreRules follows iptables-restore as the commands of iptables in its input. Unless
// --noflush is given, they replace the rules of each table.
func (d *Draft) restoreRules(c shell.Command) shell.Result {
	program := strings.TrimSuffix(strings.TrimSuffix(path.Base(c.Words[0]), "-nft"), "-restore")
	file, flush, only := "-", true, ""
	for i := 1; i < len(c.Words); i++ {
		switch w := c.Words[i]; {
		case w == "-n" || w == "--noflush":
			flush = false
		case (w == "-T" || w == "--table") && i+1 < len(c.Words):
			i++
			only = c.Words[i]
		case w == "-w" || w == "-W" || w == "-M":
			i++
		case w == "-t" || w == "--test":
			return shell.Result{}
		case !strings.HasPrefix(w, "-"):
			file = w
		}
	}
	text, ok := d.commandsOf(c, file)
	if !ok {
		return shell.Result{}
	}
	table := ""
	for line := range strings.SplitSeq(text, "\n") {
		words := shell.QuotedFields(line)
		switch {
		case len(words) == 0 || strings.HasPrefix(line, "#") || words[0] == "COMMIT":
		case words[0][0] == '*':
			if table = words[0][1:]; flush && (only == "" || only == table) {
				d.restoreRule(c, program, table, "-F")
				d.restoreRule(c, program, table, "-X") // all chains of users
			}
		case only != "" && only != table:
		case words[0][0] == ':' && len(words) > 1:
			d.restoreChain(c, program, table, words)
		default:
			if words[0][0] == '[' { // counters
				words = words[1:]
			}
			d.restoreRule(c, program, table, words...)
		}
	}
	return shell.Result{}
}

// restoreChain follows :CHAIN POLICY [PACKETS:BYTES]; chains of users have no policy.
func (d *Draft) restoreChain(c shell.Command, program, table string, words []string) {
	chain, policy := words[0][1:], words[1]
	if policy == "-" {
		d.restoreRule(c, program, table, "-N", chain)
		return
	}
	d.restoreRule(c, program, table, "-P", chain, policy)
}

func (d *Draft) restoreRule(c shell.Command, program, table string, words ...string) {
	c.Words, c.Stdin = slices.Concat([]string{program, "-t", table}, words), ""
	d.Run(c)
}

// userChains returns the chains of a table of iptables that users have added.
func (d *Draft) userChains(where string, family nft.Family, table string) []string {
	var names []string
	if ns := d.state.Namespace(where); ns != nil {
		if t := ns.Nftables.Table(nft.TableID{Family: family, Name: table}); t != nil {
			for _, chain := range t.Chains {
				if chain.Base == nil {
					names = append(names, chain.Name)
				}
			}
		}
	}
	return names
}

// deletesChains reports whether a command of iptables deletes all chains of users, and
// returns its table.
func deletesChains(words []string) (table string, ok bool) {
	table = "filter"
	for i := 1; i < len(words); i++ {
		switch w := words[i]; {
		case (w == "-t" || w == "--table") && i+1 < len(words):
			i++
			table = words[i]
		case w == "-X" || w == "--delete-chain":
			ok = i == len(words)-1
		case w != "-w" && w != "--wait":
			return "", false
		}
	}
	return table, ok
}
