package preflight

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/feature"
	"github.com/vethlab/vethlab/internal/iproute2"
	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/topo"
)

// checkSupported returns what of a plan this kernel can't do, as [topo.Errors] with the
// positions in the file, before anything is made: sysctls that a network namespace does not
// have, and features that the kernel lacks.
func checkSupported(l *compile.Lab, p plan.Plan) error {
	sysctls, err := unsupportedSysctls(l, p)
	if err != nil {
		return err
	}
	if all := append(sysctls, missingFeatures(l, p)...); len(all) > 0 {
		slices.SortStableFunc(all, func(a, b *topo.Error) int {
			return cmp.Or(cmp.Compare(a.Pos.Line, b.Pos.Line), cmp.Compare(a.Pos.Col, b.Pos.Col))
		})
		return all
	}
	return nil
}

// unsupportedSysctls returns the mistakes in the sysctls of the description that a plan
// sets.
func unsupportedSysctls(l *compile.Lab, p plan.Plan) (topo.Errors, error) {
	nodes := map[string]*topo.Node{}
	for i := range l.Topology.Nodes {
		nodes[l.Topology.Nodes[i].Name] = &l.Topology.Nodes[i]
	}
	var settings []plan.SetSysctl
	places := map[plan.SetSysctl]topo.Pos{}
	filters := false
	for _, op := range p {
		traits := op.Traits()
		if s := traits.Sysctl; s != nil {
			if pos, described := sysctlPos(nodes[l.NodeOf(s.Namespace)], s.Key); described {
				settings = append(settings, *s)
				places[*s] = pos
			}
		}
		filters = filters || traits.Nft != nil
	}
	if len(settings) == 0 {
		return nil, nil
	}
	faults, err := kernel.CheckSysctls(settings)
	if err != nil {
		return nil, err
	}
	var mistakes topo.Errors
	for _, s := range settings {
		fault, faulty := faults[s]
		if !faulty || filters && strings.HasPrefix(s.Key, "net.netfilter.") { // rules may load the module that has it
			continue
		}
		mistakes = append(mistakes, &topo.Error{Pos: places[s], Msg: fmt.Sprintf("cannot set sysctl %q: %s", s.Key, fault.Reason), Hint: fault.Hint})
	}
	return mistakes, nil
}

// sysctlPos returns the position of a sysctl of a node, which may be nil, in the file. It
// is false for one that the description of the node does not have.
func sysctlPos(n *topo.Node, key string) (topo.Pos, bool) {
	if n == nil {
		return topo.Pos{}, false
	}
	if _, described := n.Sysctls[key]; !described {
		return topo.Pos{}, false
	}
	if pos := n.SysctlPos[key]; pos.IsValid() {
		return pos, true
	}
	return n.Pos, true
}

// missingFeatures returns the features that a plan needs and the kernel lacks, at the
// first Op that needs each. A veth pair, which each lab has, is not tried.
func missingFeatures(l *compile.Lab, p plan.Plan) topo.Errors {
	first := map[*feature.Feature]plan.Op{}
	var needed []*feature.Feature
	for _, op := range p {
		if op.Traits().Sysctl != nil {
			continue // see unsupportedSysctls
		}
		for _, f := range feature.Required(op) {
			if first[f] == nil && f != feature.Veth {
				first[f] = op
				needed = append(needed, f)
			}
		}
	}
	var mistakes topo.Errors
	for _, f := range feature.Lacking(needed) {
		lack := (*feature.Error)(nil)
		if !errors.As(f.Err(), &lack) {
			continue
		}
		op := first[f]
		_, pos := l.Source(op.At())
		mistakes = append(mistakes, &topo.Error{
			Pos: pos, Hint: lack.Hint,
			Msg: fmt.Sprintf("this kernel lacks %s, which `%s` needs: %v", lack.Name, firstLine(iproute2.Print(op)), lack.Reason),
		})
	}
	return mistakes
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}
