package kernel

import (
	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/nft"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

// TryNftables makes a table of nft(8).
func TryNftables() error { return tryNft("") }

// TryNAT makes a rule that gives packets the address of the link they leave by.
func TryNAT() error {
	return tryNft("chain c { type nat hook postrouting priority srcnat; masquerade; }")
}

// TryReject makes a rule that answers packets with an ICMP error.
func TryReject() error {
	return tryNft("chain c { type filter hook input priority filter; reject; }")
}

// TryConntrack makes a rule that looks at a packet's connection.
func TryConntrack() error {
	return tryNft("chain c { type filter hook input priority filter; ct state established accept; }")
}

// tryNft makes a table of what it is to contain, in a namespace of its own.
func tryNft(content string) error {
	commands, err := nft.Parse("table ip " + tryName + " { " + content + " }")
	if err != nil {
		return err
	}
	return netns.InTemp(func() error {
		return inside(func(c *conn) error {
			e := &encoder{conn: c}
			for i, command := range commands {
				if err := e.encode(i, plan.Nft{Namespace: state.Host, Command: command}); err != nil {
					return err
				}
			}
			return e.flush()
		})
	})
}
