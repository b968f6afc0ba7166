package kernel

import (
	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/netns"
)

// Qdiscs reads the queueing disciplines of the links of a namespace.
func Qdiscs(namespace string) ([]dump.Qdisc, error) {
	var list []dump.Qdisc
	err := netns.Do(namespace, func() error {
		return inside(func(c *conn) error {
			return dumpInto(c, &list, unix.RTM_GETQDISC, func(b *batch) { b.zeros(sizeofTcmsg) }, decodeQdisc)
		})
	})
	return list, err
}

// Attributes of a qdisc (linux/rtnetlink.h).
const (
	tcaKind    = 1
	tcaOptions = 2
)

func decodeQdisc(body []byte) (dump.Qdisc, bool) {
	if len(body) < sizeofTcmsg {
		return dump.Qdisc{}, false
	}
	q := dump.Qdisc{
		Index: int(native.Uint32(body[4:])), Handle: native.Uint32(body[8:]), Parent: native.Uint32(body[12:]),
		Refs: int(native.Uint32(body[16:])),
	}
	var options []byte
	for a := range eachAttribute(body[sizeofTcmsg:]) {
		switch a.typ {
		case tcaKind:
			q.Kind = a.text()
		case tcaOptions:
			options = a.data
		}
	}
	q.Options = decodeQdiscOptions(q.Kind, options)
	return q, true
}

// decodeQdiscOptions returns what is special to a kind (linux/pkt_sched.h).
func decodeQdiscOptions(kind string, data []byte) dump.QdiscOptions {
	switch kind {
	case "pfifo", "bfifo":
		if len(data) >= 4 {
			return dump.Fifo{Limit: native.Uint32(data), Bytes: kind == "bfifo"}
		}
	case "htb":
		return decodeHTB(attributes(data))
	case "tbf":
		return decodeTBF(attributes(data))
	case "netem":
		return decodeNetem(data)
	case "fq_codel":
		return decodeFqCodel(attributes(data))
	case "prio", "pfifo_fast":
		if len(data) >= 20 {
			p := dump.Prio{Bands: int(native.Uint32(data))}
			copy(p.Priomap[:], data[4:20])
			return p
		}
	}
	return nil
}

// decodeHTB reads TCA_HTB_INIT, a struct tc_htb_glob, and TCA_HTB_DIRECT_QLEN.
func decodeHTB(attrs []attribute) dump.QdiscOptions {
	const initial, directQueue = 2, 5
	g := find(attrs, initial).data
	if len(g) < 20 {
		return nil
	}
	return dump.HTB{
		Rate2Quantum: native.Uint32(g[4:]), Default: native.Uint32(g[8:]), DirectPackets: native.Uint32(g[16:]),
		DirectQueue: find(attrs, directQueue).u32(),
	}
}

// tick is a unit of time of the packet scheduler, in nanoseconds
// (PSCHED_SHIFT of net/pkt_sched.h).
const tick = 64

// decodeTBF reads TCA_TBF_PARMS, a struct tc_tbf_qopt, and TCA_TBF_RATE64.
func decodeTBF(attrs []attribute) dump.QdiscOptions {
	const parms, rate64, peak64 = 1, 4, 5
	p := find(attrs, parms).data
	if len(p) < 36 {
		return nil
	}
	t := dump.TBF{Rate: uint64(native.Uint32(p[8:])), Peak: uint64(native.Uint32(p[20:])), Limit: native.Uint32(p[24:])}
	if r := find(attrs, rate64).data; len(r) >= 8 {
		t.Rate = native.Uint64(r)
	}
	if r := find(attrs, peak64).data; len(r) >= 8 {
		t.Peak = native.Uint64(r)
	}
	t.Burst, t.MTU = sentIn(t.Rate, native.Uint32(p[28:])), sentIn(t.Peak, native.Uint32(p[32:]))
	return t
}

// sentIn returns how many bytes are sent in a time, which tc counts in whole
// microseconds.
func sentIn(rate uint64, ticks uint32) uint32 {
	return uint32(rate * (uint64(ticks) * tick / 1000) / 1e6)
}

// decodeNetem reads a struct tc_netem_qopt and the attributes behind it.
func decodeNetem(data []byte) dump.QdiscOptions {
	const fixed = 24
	const correlation, reorder, corrupt, rate, ecn, rate64, delay64, jitter64 = 1, 3, 4, 6, 7, 8, 10, 11
	if len(data) < fixed {
		return nil
	}
	n := dump.Netem{
		Delay: int64(native.Uint32(data)) * tick, Limit: native.Uint32(data[4:]), Loss: native.Uint32(data[8:]),
		Gap: native.Uint32(data[12:]), Duplicate: native.Uint32(data[16:]), Jitter: int64(native.Uint32(data[20:])) * tick,
	}
	for a := range eachAttribute(data[fixed:]) {
		switch {
		case a.typ == correlation && len(a.data) >= 12:
			n.DelayCorrelation, n.LossCorrelation, n.DupCorrelation = native.Uint32(a.data), native.Uint32(a.data[4:]), native.Uint32(a.data[8:])
		case a.typ == reorder && len(a.data) >= 8:
			n.Reorder, n.ReorderCorr = native.Uint32(a.data), native.Uint32(a.data[4:])
		case a.typ == corrupt && len(a.data) >= 8:
			n.Corrupt, n.CorruptCorr = native.Uint32(a.data), native.Uint32(a.data[4:])
		case a.typ == rate && n.Rate == 0:
			n.Rate = uint64(a.u32())
		case a.typ == ecn:
			n.ECN = a.u32() != 0
		case a.typ == rate64 && len(a.data) >= 8:
			n.Rate = native.Uint64(a.data)
		case a.typ == delay64 && len(a.data) >= 8:
			n.Delay = int64(native.Uint64(a.data))
		case a.typ == jitter64 && len(a.data) >= 8:
			n.Jitter = int64(native.Uint64(a.data))
		}
	}
	return n
}

// decodeFqCodel reads TCA_FQ_CODEL_*.
func decodeFqCodel(attrs []attribute) dump.QdiscOptions {
	return dump.FqCodel{
		Target: find(attrs, 1).u32(), Limit: find(attrs, 2).u32(), Interval: find(attrs, 3).u32(), ECN: find(attrs, 4).u32() != 0,
		Flows: find(attrs, 5).u32(), Quantum: find(attrs, 6).u32(), DropBatch: find(attrs, 8).u32(), MemoryLimit: find(attrs, 9).u32(),
	}
}
