package dump

// A Qdisc is a queueing discipline of a link as RTM_GETQDISC shows it
// (tc(8)).
type Qdisc struct {
	Index   int          `json:"index"` // of the link
	Kind    string       `json:"kind"`
	Handle  uint32       `json:"handle"` // major number in the upper half
	Parent  uint32       `json:"parent"` // QdiscRoot, QdiscIngress or a class
	Refs    int          `json:"refcnt"`
	Options QdiscOptions `json:"options,omitempty"` // nil: none, or an unknown kind
}

// The parents of a qdisc that has no parent class (TC_H_ROOT, TC_H_INGRESS).
const (
	QdiscRoot    = 0xffffffff
	QdiscIngress = 0xfffffff1
)

// QdiscOptions hold the attributes of a kind of qdisc (TCA_OPTIONS). Kinds with the
// same attributes share one type.
type QdiscOptions interface{ qdisc() }

// Fifo is pfifo or bfifo.
type Fifo struct {
	Limit uint32 `json:"limit"` // packets or bytes
	Bytes bool   `json:"bytes,omitempty"`
}

// HTB is the hierarchical token bucket.
type HTB struct {
	Rate2Quantum  uint32 `json:"r2q"`
	Default       uint32 `json:"default"` // class of packets that no filter matches
	DirectPackets uint32 `json:"direct_packets_stat"`
	DirectQueue   uint32 `json:"direct_qlen,omitempty"` // packets
}

// TBF is the token bucket filter.
type TBF struct {
	Rate  uint64 `json:"rate"`  // bytes a second
	Burst uint32 `json:"burst"` // bytes
	Limit uint32 `json:"limit"` // bytes
	Peak  uint64 `json:"peakrate,omitempty"`
	MTU   uint32 `json:"mtu,omitempty"` // bytes
}

// Netem emulates delay, loss, duplication, corruption and reordering. Probabilities
// are fractions of 2³²-1.
type Netem struct {
	Limit            uint32 `json:"limit"`  // packets
	Delay            int64  `json:"delay"`  // nanoseconds
	Jitter           int64  `json:"jitter"` // nanoseconds
	Loss             uint32 `json:"loss"`
	Duplicate        uint32 `json:"duplicate"`
	Gap              uint32 `json:"gap,omitempty"`
	DelayCorrelation uint32 `json:"delay_correlation,omitempty"`
	LossCorrelation  uint32 `json:"loss_correlation,omitempty"`
	DupCorrelation   uint32 `json:"duplicate_correlation,omitempty"`
	Reorder          uint32 `json:"reorder,omitempty"`
	ReorderCorr      uint32 `json:"reorder_correlation,omitempty"`
	Corrupt          uint32 `json:"corrupt,omitempty"`
	CorruptCorr      uint32 `json:"corrupt_correlation,omitempty"`
	Rate             uint64 `json:"rate,omitempty"` // bytes a second
	ECN              bool   `json:"ecn,omitempty"`
}

// FqCodel is fair queueing with controlled delay. Times are in microseconds.
type FqCodel struct {
	Limit       uint32 `json:"limit"` // packets
	Flows       uint32 `json:"flows"`
	Quantum     uint32 `json:"quantum"` // bytes
	Target      uint32 `json:"target"`
	Interval    uint32 `json:"interval"`
	MemoryLimit uint32 `json:"memory_limit,omitempty"` // bytes
	ECN         bool   `json:"ecn"`
	DropBatch   uint32 `json:"drop_batch,omitempty"`
}

// Prio is prio or pfifo_fast.
type Prio struct {
	Bands   int       `json:"bands"`
	Priomap [16]uint8 `json:"priomap"`
}

func (Fifo) qdisc()    {}
func (HTB) qdisc()     {}
func (TBF) qdisc()     {}
func (Netem) qdisc()   {}
func (FqCodel) qdisc() {}
func (Prio) qdisc()    {}
