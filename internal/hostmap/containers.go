package hostmap

import (
	"slices"
	"strconv"
)

// addContainers adds containers to their namespaces and sets the engines of namespaces.
func (b *builder) addContainers(containers []Container) {
	where := map[string]uint64{}
	for _, c := range containers {
		if _, known := where[c.ID]; !known || c.ClaimedBy == "" {
			where[c.ID] = b.inodeOf(c)
		}
	}
	for _, c := range containers {
		inode := b.inodeOf(c)
		if inode == 0 && c.shares != "" {
			inode = where[c.shares]
		}
		ns := b.byInode[inode]
		if ns == nil || ns.Engine == "vethlab" && ns.ClaimedBy == "" || ns.Host && c.Engine == "mininet" {
			continue
		}
		b.put(ns, c)
	}
	for _, ns := range b.m.Namespaces {
		b.engineOf(ns)
	}
	b.nameNetworks(containers)
}

// inodeOf returns the namespace of a container: that on the file that the engine
// says, else that of its first process.
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

// put adds a container to a namespace: in front if it made it, which is the one
// that shares nobody's, and of a pod the one that is there for that. What is
// believed stands before what strangers claim.
func (b *builder) put(ns *Namespace, c Container) {
	from := slices.IndexFunc(ns.Containers, func(o Container) bool { return ns.doubt(o) >= ns.doubt(c) })
	to := slices.IndexFunc(ns.Containers, func(o Container) bool { return ns.doubt(o) > ns.doubt(c) })
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
	if p := b.process(c.PID); ns.Host && p != nil && p.Stranger == c.ClaimedBy {
		ns.Processes = append(ns.Processes, *p)
	}
}

// doubt says how little what is said of a container counts for the name of the
// namespace that it is in: 0 if it is believed, 1 if whoever owns the namespace
// says it, 2 if it is another's claim, which names nothing.
func (ns *Namespace) doubt(c Container) int {
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
	doubt := 2
	if len(ns.Containers) > 0 {
		doubt = ns.doubt(ns.Containers[0])
	}
	file := slices.IndexFunc(ns.Files, func(f File) bool { return f.ClaimedBy == "" })
	switch {
	case ns.Host, ns.Engine != "" && ns.ClaimedBy == "":
	case doubt == 0:
		ns.madeBy(ns.Containers[0])
	case file >= 0:
		ns.Engine, ns.Why, ns.ClaimedBy, ns.Lab, ns.Node = "netns", []string{byFile}, "", "", ""
		ns.Files[0], ns.Files[file] = ns.Files[file], ns.Files[0]
	case ns.Engine != "":
	case doubt == 1:
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
	if ns.Engine == "vethlab" || ns.Engine == "netns" || len(ns.Containers) == 0 || ns.doubt(ns.Containers[0]) > 1 {
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
			if face := &ns.Interfaces[i]; face.Kind == "bridge" {
				face.Network = names[face.Name]
			}
		}
	}
}
