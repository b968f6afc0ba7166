package ipshow

import (
	"fmt"
	"math"
	"strings"

	"github.com/vethlab/vethlab/internal/dump"
)

// Qdiscs returns qdiscs as `tc qdisc show` prints them, one a line, without the
// attributes of kinds that package dump does not decode.
func Qdiscs(list []dump.Qdisc, ns *dump.Namespace) string {
	var b strings.Builder
	for _, q := range list {
		words := []string{"qdisc", q.Kind, qdiscHandle(q.Handle) + ":"}
		if name := ns.LinkName(q.Index); name != "" {
			words = append(words, "dev", name)
		}
		words = append(words, parent(q)...)
		if q.Refs != 1 {
			words = append(words, "refcnt", fmt.Sprint(q.Refs))
		}
		words = append(words, qdiscOptions(q.Options)...)
		b.WriteString(strings.Join(words, " ") + " \n")
	}
	return strings.ReplaceAll(b.String(), " \n", "\n")
}

// qdiscHandle writes the major number of a handle.
func qdiscHandle(h uint32) string { return fmt.Sprintf("%x", h>>16) }

// parent returns the class or root that a qdisc is attached to.
func parent(q dump.Qdisc) []string {
	switch {
	case q.Parent == dump.QdiscRoot:
		return []string{"root"}
	case q.Parent == 0:
		return nil
	case q.Parent>>16 == 0:
		return []string{"parent", fmt.Sprintf(":%x", q.Parent)}
	}
	return []string{"parent", fmt.Sprintf("%x:%s", q.Parent>>16, minor(q.Parent))}
}

func minor(h uint32) string {
	if h&0xffff == 0 {
		return ""
	}
	return fmt.Sprintf("%x", h&0xffff)
}

func qdiscOptions(o dump.QdiscOptions) []string {
	switch o := o.(type) {
	case dump.Fifo:
		if o.Bytes {
			return []string{"limit", bytesText(float64(o.Limit))}
		}
		return []string{"limit", fmt.Sprintf("%dp", o.Limit)}
	case dump.HTB:
		words := []string{
			"r2q", fmt.Sprint(o.Rate2Quantum), "default", hexadecimal(o.Default),
			"direct_packets_stat", fmt.Sprint(o.DirectPackets),
		}
		if o.DirectQueue != 0 {
			words = append(words, "direct_qlen", fmt.Sprint(o.DirectQueue))
		}
		return words
	case dump.TBF:
		return tbfText(o)
	case dump.Netem:
		return netemText(o)
	case dump.FqCodel:
		return fqCodelText(o)
	case dump.Prio:
		words := []string{"bands", fmt.Sprint(o.Bands), "priomap"}
		for _, band := range o.Priomap {
			words = append(words, fmt.Sprint(band))
		}
		return words
	}
	return nil
}

// hexadecimal writes a number as C's %#x does.
func hexadecimal(n uint32) string {
	if n == 0 {
		return "0"
	}
	return fmt.Sprintf("%#x", n)
}

func tbfText(o dump.TBF) []string {
	words := []string{"rate", rateText(o.Rate), "burst", bytesText(float64(o.Burst))}
	if o.Peak != 0 {
		words = append(words, "peakrate", rateText(o.Peak), "minburst", bytesText(float64(o.MTU)))
	}
	if o.Rate == 0 {
		return words
	}
	// The latency of a full queue, without the burst, which is sent at once.
	wait := 1e6 * (float64(o.Limit) - float64(o.Burst)) / float64(o.Rate)
	if wait < 0 {
		return append(words, "limit", bytesText(float64(o.Limit)))
	}
	return append(words, "lat", timeText(int64(math.Round(wait))*1000))
}

func netemText(o dump.Netem) []string {
	words := []string{"limit", fmt.Sprint(o.Limit)}
	if o.Delay != 0 {
		words = append(words, "delay", timeText(o.Delay))
		if o.Jitter != 0 {
			words = append(words, "", timeText(o.Jitter)) // tc has two spaces here
			words = append(words, shares("", o.DelayCorrelation)...)
		}
	}
	for _, s := range []struct {
		word               string
		share, correlation uint32
	}{
		{"loss", o.Loss, o.LossCorrelation},
		{"duplicate", o.Duplicate, o.DupCorrelation},
		{"reorder", o.Reorder, o.ReorderCorr},
		{"corrupt", o.Corrupt, o.CorruptCorr},
	} {
		if s.share != 0 {
			words = append(append(words, shares(s.word, s.share)...), shares("", s.correlation)...)
		}
	}
	if o.Rate != 0 {
		words = append(words, "rate", rateText(o.Rate))
	}
	if o.ECN {
		words = append(words, "ecn")
	}
	if o.Gap != 0 {
		words = append(words, "gap", fmt.Sprint(o.Gap))
	}
	return words
}

// shares prints a fraction of 2³²-1 in percent; nothing for 0.
func shares(word string, share uint32) []string {
	if share == 0 {
		return nil
	}
	text := fmt.Sprintf("%.6g%%", 100*float64(share)/math.MaxUint32)
	if word == "" {
		return []string{text}
	}
	return []string{word, text}
}

func fqCodelText(o dump.FqCodel) []string {
	words := []string{
		"limit", fmt.Sprintf("%dp", o.Limit), "flows", fmt.Sprint(o.Flows), "quantum", fmt.Sprint(o.Quantum),
		"target", timeText(int64(o.Target) * 1000), "interval", timeText(int64(o.Interval) * 1000),
	}
	if o.MemoryLimit != 0 {
		words = append(words, "memory_limit", bytesText(float64(o.MemoryLimit)))
	}
	if o.ECN {
		words = append(words, "ecn")
	}
	if o.DropBatch != 0 {
		words = append(words, "drop_batch", fmt.Sprint(o.DropBatch))
	}
	return words
}

// rateText writes bytes a second as bits, in the largest unit of 1000 that
// leaves a whole number or a large one.
func rateText(bytes uint64) string {
	n, units := 8*bytes, []string{"bit", "Kbit", "Mbit", "Gbit", "Tbit"}
	i := 0
	for i < len(units)-1 && n >= 1000 && (n%1000 == 0 || n >= 1000*1000) {
		n /= 1000
		i++
	}
	return fmt.Sprintf("%d%s", n, units[i])
}

// bytesText writes a size in units of 1024, if it is nearly a whole number of
// them.
func bytesText(n float64) string {
	const kilo, mega = 1 << 10, 1 << 20
	switch {
	case n >= mega && math.Abs(mega*math.RoundToEven(n/mega)-n) < kilo:
		return fmt.Sprintf("%.0fMb", math.RoundToEven(n/mega))
	case n >= kilo && math.Abs(kilo*math.RoundToEven(n/kilo)-n) < 16:
		return fmt.Sprintf("%.0fKb", math.RoundToEven(n/kilo))
	}
	return fmt.Sprintf("%.0fb", n)
}

// timeText writes nanoseconds to three digits.
func timeText(ns int64) string {
	us := float64(ns) / 1000
	switch {
	case us >= 1e6:
		return fmt.Sprintf("%.3gs", us/1e6)
	case us >= 1e3:
		return fmt.Sprintf("%.3gms", us/1e3)
	}
	return fmt.Sprintf("%dus", ns/1000)
}
