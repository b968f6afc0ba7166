package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/vethlab/vethlab"
	"github.com/vethlab/vethlab/internal/words"
	"github.com/vethlab/vethlab/topo"
)

// iperfTime is how long each direction is measured.
const iperfTime = 3 * time.Second

// iperfUDPRate is the default rate of UDP in bits per second, that of iperf3(1).
const iperfUDPRate = 1_000_000

type iperfOptions struct {
	vethlab.ThroughputOptions
	forward bool
	format  format
}

func newIperf(p *program) *cobra.Command {
	var o iperfOptions
	cmd := &cobra.Command{
		Use:   "iperf NODE TARGET",
		Short: "Measure the throughput between nodes",
		Long: `Measure the throughput from one node to another and then back, as iperf3(1) does;
vethlab is the program at both ends. TARGET is a node of the same lab, node:interface or
an address of one.

TCP sends as much as the path takes, and counts retransmits. UDP, with -u, sends at
1mbit or the given rate, and counts lost datagrams.`,
		Example: `  vethlab iperf a b
  vethlab iperf a b -u -b 100mbit -t 10
  vethlab iperf lab/a b --bidir -o json`,
		Args:              arguments(cobra.ExactArgs(2)),
		ValidArgsFunction: p.completeNodes,
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.forward && o.Reverse || o.forward && o.Both || o.Reverse && o.Both {
				return usageError{cmd, errors.New("--forward, --reverse and --bidir exclude each other")}
			}
			if o.UDP && !cmd.Flags().Changed("bitrate") {
				o.Rate = iperfUDPRate
			}
			return p.iperf(cmd.Context(), args[0], args[1], o)
		},
	}
	flags := cmd.Flags()
	flags.BoolVarP(&o.UDP, "udp", "u", false, "by UDP, not TCP")
	flags.VarP(newSeconds(&o.Duration, iperfTime), "time", "t", "send for `SECONDS` in each direction")
	flags.VarP((*bitRate)(&o.Rate), "bitrate", "b", "send no more than `RATE`, such as 100mbit or 100M; 0: no limit (default: 1mbit by UDP, no limit by TCP)")
	flags.IntVarP(&o.Size, "length", "l", 0, "`BYTES` of payload of a datagram (default: as many as the path MTU allows)")
	flags.VarP(newSeconds(&o.Interval, time.Second), "interval", "i", "report every `SECONDS`")
	flags.Uint16VarP(&o.Port, "port", "p", 0, "listen on `PORT` (default: any that is free)")
	flags.BoolVar(&o.forward, "forward", false, "from NODE to TARGET only")
	flags.BoolVarP(&o.Reverse, "reverse", "R", false, "from TARGET to NODE only")
	flags.BoolVar(&o.Both, "bidir", false, "in both directions at the same time")
	outputFlag(cmd, &o.format)
	return cmd
}

// iperf measures throughput. If interrupted, it still prints the totals.
func (p *program) iperf(ctx context.Context, from, to string, o iperfOptions) error {
	lab, node, target, err := p.findSourceAndTarget(from, to)
	if err != nil {
		return err
	}
	if o.format == formatText && o.Duration >= 2*o.Interval {
		o.Each = func(s vethlab.Sample) { p.printSample(s, o.UDP) }
	}
	until, stop := untilDown(ctx, lab, node)
	defer stop()
	flows := []vethlab.Flow{}
	for _, reverse := range o.directions() {
		o.Reverse = reverse
		var measured []vethlab.Flow
		measured, err = lab.Throughput(until, node, target, o.ThroughputOptions)
		flows = append(flows, measured...)
		if err != nil {
			break
		}
	}
	if err = ended(ctx, until, err); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	if o.format == formatJSON {
		return errors.Join(p.out.json(flows), ctx.Err())
	}
	if o.Each != nil {
		p.out.print("\n")
	}
	p.printFlows(flows, o.UDP)
	return ctx.Err()
}

// directions returns the value of Reverse for each measurement, one after the other.
func (o *iperfOptions) directions() []bool {
	switch {
	case o.Both, o.forward:
		return []bool{false}
	case o.Reverse:
		return []bool{true}
	}
	return []bool{false, true}
}

func (p *program) printSample(s vethlab.Sample, udp bool) {
	lost := plural(s.Retransmits, "retransmit")
	if udp {
		lost = fmt.Sprintf("%d lost", s.Lost)
	}
	p.out.print("%s  %5.2f–%.2f s  %9s  %9s  %s\n", direction(s.From, s.To), s.Start.Seconds(), s.End.Seconds(),
		words.Bytes(s.Received), words.Rate(s.BitsPerSecond), lost)
}

func (p *program) printFlows(flows []vethlab.Flow, udp bool) {
	heading := []string{"DIRECTION", "TIME", "RECEIVED", "RATE", "RETRANSMITS", "RTT"}
	if udp {
		heading = []string{"DIRECTION", "TIME", "RECEIVED", "RATE", "LOST", "JITTER"}
	}
	var rows [][]string
	for _, f := range flows {
		row := []string{direction(f.From, f.To), short(f.Duration), words.Bytes(f.Received), words.Rate(f.BitsPerSecond)}
		if udp {
			row = append(row, lossShare(f), short(f.Jitter))
		} else {
			row = append(row, fmt.Sprint(f.Retransmits), short(f.RTT))
		}
		rows = append(rows, row)
	}
	p.out.table(heading, rows)
}

func direction(from, to string) string { return from + " → " + to }

// lossShare returns "3 of 100 (3%)": lost and sent datagrams.
func lossShare(f vethlab.Flow) string {
	share := 0.0
	if f.Datagrams > 0 {
		share = float64(f.Lost) / float64(f.Datagrams)
	}
	return fmt.Sprintf("%d of %d (%s)", f.Lost, f.Datagrams, words.Percent(share))
}

// bitRate is a flag whose value is a rate, with the units of tc(8) or iperf3(1).
type bitRate topo.Rate

// String implements pflag.Value.
func (r *bitRate) String() string {
	if *r == 0 {
		return "" // the default depends on the protocol, and help says it
	}
	return topo.Rate(*r).String()
}

// Set implements pflag.Value.
func (r *bitRate) Set(text string) error {
	word := strings.ToLower(text)
	if !strings.HasSuffix(word, "bit") && !strings.HasSuffix(word, "bps") {
		word += "bit" // 100M, or just a number
	}
	rate, err := topo.ParseRate(word)
	if err != nil || rate < 0 {
		return fmt.Errorf("invalid rate %q (want a rate such as 100mbit)", text)
	}
	*r = bitRate(rate)
	return nil
}

// Type implements pflag.Value.
func (r *bitRate) Type() string { return "rate" }
