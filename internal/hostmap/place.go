package hostmap

import (
	"slices"
	"strconv"
)

// place puts containers into their namespaces, and each namespace gets the engine
// of who made it.
func (b *builder) place(containers []Container) {
	where := map[string]uint64{}
	for _, c := range containers {
		where[c.ID] = b.inodeOf(c)
	}
	for _, c := range containers {
		inode := where[c.ID]
		if inode == 0 && c.shares != "" {
			inode = where[c.shares]
		}
		ns := b.byInode[inode]
		if ns == nil || ns.Engine == "vethlab" || ns.Host && c.Engine == "mininet" {
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
// that shares nobody's, and of a pod the one that is there for that.
func (b *builder) put(ns *Namespace, c Container) {
	at := len(ns.Containers)
	if c.Infra || c.shares == "" && !slices.ContainsFunc(ns.Containers, func(o Container) bool { return o.shares == "" }) {
		at = 0
	}
	ns.Containers = slices.Insert(ns.Containers, at, c)
	if p := b.process(c.PID); ns.Host && p != nil {
		ns.Processes = append(ns.Processes, *p)
	}
}

// engineOf says what made a namespace.
func (b *builder) engineOf(ns *Namespace) {
	switch {
	case ns.Host || ns.Engine != "":
	case len(ns.Containers) > 0:
		c := ns.Containers[0]
		ns.Engine, ns.Why = c.Engine, c.Why
		ns.Lab, ns.Node = c.Lab, c.Node
	case len(ns.Files) > 0:
		ns.Engine, ns.Why = "netns", []string{byFile}
	case len(ns.Processes) > 0:
		ns.Why = []string{byProcess}
	}
}

// nameNetworks says at bridges which network of an engine they are.
func (b *builder) nameNetworks(containers []Container) {
	names := b.networks
	if names == nil {
		names = map[string]string{}
	}
	for _, c := range containers {
		for _, n := range c.Networks {
			if n.Bridge != "" {
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
