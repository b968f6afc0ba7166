//go:build linux

package walk_test

import (
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/vethlab/vethlab/internal/netns/netnstest"
	"github.com/vethlab/vethlab/internal/walk"
)

func TestMain(m *testing.M) { netnstest.Main(m) }

// stressEnv, if set, removes the time limit of the comparison; -rapid.checks bounds it.
const stressEnv = "VETHLAB_STRESS"

// budget is the time limit of the comparison: about 300 frames on an idle machine.
const budget = 6 * time.Second

// enoughFrames is a number of frames after which every common reason has occurred.
const enoughFrames = 150

// The kernel forwards frames as Send does: the same links send and receive each frame,
// the same namespaces accept it, and bridges learn the same from it.
func TestKernelAgainstModel(t *testing.T) {
	for _, name := range []string{"ip", "bridge"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("needs the program %s: %v", name, err)
		}
	}
	if !netnstest.Isolated(t) {
		return
	}
	netnstest.Need(t)
	c := &comparison{counts: map[string]int{}, end: time.Now().Add(budget)}
	if os.Getenv(stressEnv) != "" {
		c.end = time.Time{}
	}
	rapid.Check(t, c.compareNetwork)
	t.Logf("%d networks, %d frames, steps by outcome: %v", c.networks, c.frames, c.counts)
	for _, often := range []walk.Reason{walk.LinkDown, walk.NoCarrier, walk.OtherMAC} {
		if c.frames >= enoughFrames && c.counts[string(often)] == 0 {
			t.Errorf("no frame was dropped for the reason %s", often)
		}
	}
}

// comparison compares the model with the kernel on random networks.
type comparison struct {
	networks, frames int
	counts           map[string]int // steps by reason and by what was learned
	end              time.Time      // no new network after it; zero: unbounded
	failed           bool           // rapid is shrinking the failing network
}

// compareNetwork sends frames through one random network.
func (c *comparison) compareNetwork(t *rapid.T) {
	if !c.failed && !c.end.IsZero() && time.Now().After(c.end) {
		return
	}
	c.failed = true // unless this returns
	net := drawNetwork(t)
	defer net.remove(t)
	net.create(t)
	sends := net.drawSends(t)
	if first := c.play(t, net, sends); first != "" {
		// On a busy machine a packet socket can drop a frame, and a bridge notices
		// the carrier of a port up to a second late (net/core/link_watch.c). The model is
		// wrong if the same frames differ in a second network that had time.
		net.remove(t)
		net.create(t)
		time.Sleep(2 * time.Second)
		net.waitForCarriers(t)
		net.read(t)
		if second := c.play(t, net, sends); second != "" {
			t.Fatalf("%s\nand in a second network:\n%s", first, second)
		}
		t.Logf("not reproduced: %s", first)
	}
	c.networks++
	c.failed = false
}

// play sends frames through a network and its model, and returns the first difference; ""
// if there is none.
func (c *comparison) play(t *rapid.T, net *network, sends []send) string {
	capture := net.capture(t)
	defer capture.close()
	n := walk.New(net.wiring)
	for i, s := range sends {
		from, f := net.links[s.from], s.frame(net.macs)
		steps := n.Send(from, f)
		capture.send(from, f, i)
		c.count(steps)
		if d := capture.compare(i, steps) + net.compareDatabases(t, n); d != "" {
			return fmt.Sprintf("frame %d: %v from %v\n%s\n%s", i, f, net.name(from), d, walk.Text(steps, net.name))
		}
	}
	return capture.compareLate()
}

func (c *comparison) count(steps []walk.Step) {
	c.frames++
	for _, s := range steps {
		c.counts[string(s.Reason)]++
		c.counts["source "+string(s.Learned)]++
	}
}
