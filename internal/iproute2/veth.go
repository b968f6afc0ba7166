package iproute2

import (
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

func printVeth(op plan.AddVeth) []string {
	here, there := op.Ends[0], op.Ends[1]
	if there.Link.Namespace == state.Host && here.Link.Namespace != state.Host {
		here, there = there, here
	}
	c := ip(here.Link.Namespace, "link", "add")
	c = append(c, deviceOf(here).words()...)
	c = append(c, "type", "veth", "peer", "name")
	c = append(c, deviceOf(there).words()...)
	if there.Link.Namespace != here.Link.Namespace {
		c = append(c, "netns", there.Link.Namespace)
	}
	return c
}

func deviceOf(end plan.VethEnd) device {
	return device{name: end.Link.Link, index: end.Index, mac: end.MAC, mtu: end.MTU}
}

func parseVeth(w *words, namespace string, here device) (plan.Op, error) {
	if !w.skip("peer") {
		return nil, w.unexpected("peer")
	}
	there := device{netns: namespace}
	if err := there.readAll(w); err != nil {
		return nil, err
	}
	if there.name == "" {
		return nil, w.unexpected("the name of the other end")
	}
	here.netns = namespace
	return plan.AddVeth{Ends: [2]plan.VethEnd{here.vethEnd(), there.vethEnd()}}, nil
}

func (d device) vethEnd() plan.VethEnd {
	return plan.VethEnd{
		Link:  state.Endpoint{Namespace: d.netns, Link: d.name},
		Index: d.index, MAC: d.mac, MTU: d.mtu,
	}
}
