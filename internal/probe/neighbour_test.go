package probe

import (
	"bytes"
	"encoding/hex"
	"net"
	"net/netip"
	"testing"
)

func TestNeighbourRequests(t *testing.T) {
	mac := net.HardwareAddr{2, 0, 0, 0, 0, 1}
	arp := appendARPRequest(nil, mac, netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.0.0.2"))
	want, _ := hex.DecodeString("0001080006040001" + "020000000001" + "0a000001" + "000000000000" + "0a000002")
	if !bytes.Equal(arp, want) {
		t.Errorf("ARP:\n%x\nwant\n%x", arp, want)
	}
	from, to := netip.MustParseAddr("fd00::1"), netip.MustParseAddr("fd00::2")
	ns := appendSolicitation(nil, mac, from, to)
	if len(ns) != ipv6Header+solicitationLength || ns[6] != nextHeaderICMPv6 || ns[7] != 255 {
		t.Errorf("solicitation: %x", ns)
	}
	pseudo := append(append(from.AsSlice(), to.AsSlice()...), 0, 0, 0, solicitationLength, 0, 0, 0, nextHeaderICMPv6)
	if sum := checksum(append(pseudo, ns[ipv6Header:]...)); sum != 0 {
		t.Errorf("the checksum over a message with its checksum is %#x", sum)
	}
}
