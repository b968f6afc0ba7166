package ipshow

import (
	"fmt"

	"github.com/vethlab/vethlab/internal/dump"
)

// linkDetails prints what -d adds.
func (q *Query) linkDetails(ns *dump.Namespace, l *dump.Link) fields {
	var fs fields
	fs.add("promiscuity", l.Promiscuity, fmt.Sprintf(" promiscuity %d ", l.Promiscuity))
	if l.AllMulti != nil {
		fs.add("allmulti", *l.AllMulti, fmt.Sprintf(" allmulti %d ", *l.AllMulti))
	}
	fs.add("min_mtu", l.MinMTU, fmt.Sprintf("minmtu %d ", l.MinMTU))
	fs.add("max_mtu", l.MaxMTU, fmt.Sprintf("maxmtu %d ", l.MaxMTU))
	fs = append(fs, q.linkInfo(ns, l)...)
	if mode, ok := map[int]string{0: "eui64", 1: "none", 2: "stable_secret", 3: "random"}[l.AddrGenMode]; ok && q.Object == "link" {
		fs.word("inet6_addr_gen_mode", "addrgenmode", mode)
	}
	for _, n := range []struct {
		key, word string
		value     int
	}{
		{"num_tx_queues", "numtxqueues", l.TxQueues},
		{"num_rx_queues", "numrxqueues", l.RxQueues},
		{"gso_max_size", "gso_max_size", l.GSOMaxSize},
		{"gso_max_segs", "gso_max_segs", l.GSOMaxSegs},
		{"tso_max_size", "tso_max_size", l.TSOMaxSize},
		{"tso_max_segs", "tso_max_segs", l.TSOMaxSegs},
		{"gro_max_size", "gro_max_size", l.GROMaxSize},
	} {
		if n.value != 0 {
			fs.add(n.key, n.value, fmt.Sprintf("%s %d ", n.word, n.value))
		}
	}
	if l.ParentBus != "" {
		fs.word("parentbus", "parentbus", l.ParentBus)
	}
	if l.ParentDevice != "" {
		fs.word("parentdev", "parentdev", l.ParentDevice)
	}
	return fs
}

// linkInfo prints the kind of a link and the attributes of the kind.
func (q *Query) linkInfo(ns *dump.Namespace, l *dump.Link) fields {
	if l.Kind == "" {
		return nil
	}
	var fs, info fields
	info.know("info_kind", l.Kind)
	fs.say(q.newline() + "    " + l.Kind + " ")
	if data := kindData(ns, l); len(data) > 0 {
		info.know("info_data", data)
		fs.say(data.text())
	}
	if l.Port != nil {
		data, master := portData(l.Port), l.Port.MasterKind()
		info.know("info_slave_kind", master)
		info.know("info_slave_data", data)
		fs.say(q.newline() + "    " + master + "_slave " + data.text())
	}
	fs.know("linkinfo", info)
	return fs
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

func onOff(b bool) string {
	if b {
		return "on"
	}
	return "off"
}

func portData(p *dump.Port) fields {
	var fs fields
	fs.word("state", "state", p.StateName())
	fs.add("priority", p.Priority, fmt.Sprintf("priority %d ", p.Priority))
	fs.add("cost", p.Cost, fmt.Sprintf("cost %d ", p.Cost))
	for _, on := range []struct {
		word  string
		value bool
	}{{"hairpin", p.Hairpin}, {"guard", p.Guard}, {"root_block", p.RootBlock}, {"learning", p.Learning}, {"flood", p.Flood}} {
		fs.add(on.word, on.value, on.word+" "+onOff(on.value)+" ")
	}
	fs.word("no", "port_no", hexadecimal(uint32(p.Number)))
	fs.add("isolated", p.Isolated, "isolated "+onOff(p.Isolated)+" ")
	return fs
}
