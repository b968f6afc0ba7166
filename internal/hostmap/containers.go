package hostmap

import (
	"slices"
	"strconv"
)

// addContainers adds containers to their namespaces and sets the engines of namespaces.
func (b *builder) addContainers(containers []Container) {
	inodes := map[string]uint64{} // by container ID
	for _, c := range containers {
		if _, known := inodes[c.ID]; !known || c.ClaimedBy == "" {
			inodes[c.ID] = b.inodeOf(c)
		}
	}
	for _, c := range containers {
		inode := b.inodeOf(c)
		if inode == 0 && c.shares != "" {
			inode = inodes[c.shares]
		}
		ns := b.byInode[inode]
		if ns == nil || ns.Engine == "vethlab" && ns.ClaimedBy == "" || ns.Host && c.Engine == "mininet" {
			continue
		}
		b.addContainer(ns, c)
	}
	for _, ns := range b.m.Namespaces {
		b.engineOf(ns)
	}
	b.nameNetworks(containers)
}

// inodeOf returns the namespace of a container: the one mounted on the file that the
// engine names, else that of its first process.
func (b *builder) inodeOf(c Container) uint64 {
	if m := procNetns.FindStringSubmatch(c.netns); m != nil {
		pid, _ := strconv.Atoi(m[1])
		if p := b.process(pid); p != nil {
			return p.Net
		}
	} else if c.netns != "" {
		if inode := b.c.inodeOf(c.root, c.netns); inode != 0 {
			return inode
		}
	}
	if p := b.process(c.PID); p != nil {
		return p.Net
	}
	return 0
}

func (b *builder) process(pid int) *Process {
	i, found := slices.BinarySearchFunc(b.c.processes, pid, func(p Process, pid int) int { return p.PID - pid })
	if !found || pid == 0 {
		return nil
	}
	return &b.c.processes[i]
}

// addContainer adds a container to a namespace. Trusted containers come before claimed
// ones; among equals the container that the namespace was made for comes first: a pod's
// infra container, or the one that does not share another's namespace.
func (b *builder) addContainer(ns *Namespace, c Container) {
	from := slices.IndexFunc(ns.Containers, func(o Container) bool { return ns.claimRank(o) >= ns.claimRank(c) })
	to := slices.IndexFunc(ns.Containers, func(o Container) bool { return ns.claimRank(o) > ns.claimRank(c) })
	if to < 0 {
		to = len(ns.Containers)
	}
	if from < 0 {
		from = to
	}
	equals := ns.Containers[from:to]
	at := to
	if c.Infra || c.shares == "" && !slices.ContainsFunc(equals, func(o Container) bool { return o.shares == "" }) {
		at = from
	}
	ns.Containers = slices.Insert(ns.Containers, at, c)
	if p := b.process(c.PID); ns.Host && p != nil && p.Untrusted == c.ClaimedBy {
		ns.Processes = append(ns.Processes, *p)
	}
}

// claimRank returns 0 for a trusted container, 1 for one claimed by the owner of the
// namespace, and 2 for one that another user claims, which never names the namespace.
func (ns *Namespace) claimRank(c Container) int {
	switch c.ClaimedBy {
	case "":
		return 0
	case ns.owner:
		return 1
	}
	return 2
}

// engineOf returns the engine of a namespace: of its trusted containers, else of those
// that its owner claims.
func (b *builder) engineOf(ns *Namespace) {
	claimRank := 2
	if len(ns.Containers) > 0 {
		claimRank = ns.claimRank(ns.Containers[0])
	}
	file := slices.IndexFunc(ns.Files, func(f File) bool { return f.ClaimedBy == "" })
	switch {
	case ns.Host, ns.Engine != "" && ns.ClaimedBy == "":
	case claimRank == 0:
		ns.madeBy(ns.Containers[0])
	case file >= 0:
		ns.Engine, ns.Why, ns.ClaimedBy, ns.Lab, ns.Node = "netns", []string{byFile}, "", "", ""
		ns.Files[0], ns.Files[file] = ns.Files[file], ns.Files[0]
	case ns.Engine != "":
	case claimRank == 1:
		ns.madeBy(ns.Containers[0])
	case len(ns.Files) > 0:
		ns.Engine, ns.Why, ns.ClaimedBy = "netns", []string{byFile}, ns.Files[0].ClaimedBy
	case len(ns.Processes) > 0:
		ns.Why = []string{byProcess}
	}
}

// madeBy sets engine, lab and node of a namespace from the container it was made for.
func (ns *Namespace) madeBy(c Container) {
	ns.Engine, ns.Why, ns.ClaimedBy = c.Engine, c.Why, c.ClaimedBy
	ns.Lab, ns.Node = c.Lab, c.Node
}

// named returns the container that gives a namespace its name, or nil.
func (ns *Namespace) named() *Container {
	if ns.Engine == "vethlab" || ns.Engine == "netns" || len(ns.Containers) == 0 || ns.claimRank(ns.Containers[0]) > 1 {
		return nil
	}
	return &ns.Containers[0]
}

// nameNetworks sets the engine's network of each bridge.
func (b *builder) nameNetworks(containers []Container) {
	names := b.networks
	if names == nil {
		names = map[string]string{}
	}
	for _, c := range containers {
		for _, n := range c.Networks {
			if n.Bridge != "" && c.ClaimedBy == "" {
				names[n.Bridge] = n.Name
			}
		}
	}
	for _, ns := range b.m.Namespaces {
		for i := range ns.Interfaces {
			if iface := &ns.Interfaces[i]; iface.forwards() {
				iface.Network = names[iface.Name]
			}
		}
	}
}
