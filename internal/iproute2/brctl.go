package iproute2

import (
	"math"
	"strconv"

	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

// parseBrctl parses a command of brctl(8), the older tool for bridges.
func parseBrctl(w *words) (plan.Plan, error) {
	verb := w.Next()
	switch verb {
	case "addbr", "delbr", "addif", "delif", "stp", "setfd":
	case "":
		return nil, w.Missing("addbr, delbr, addif, delif, stp or setfd")
	default:
		return nil, w.unsupported("brctl %s is not supported", verb)
	}
	bridge, err := w.Value("the name of a bridge")
	if err != nil {
		return nil, err
	}
	switch link := w.at(bridge); verb {
	case "addbr":
		return plan.Plan{plan.AddLink{Link: link, Kind: state.Bridge{ForwardDelay: state.DefaultForwardDelay}}}, nil
	case "delbr":
		return plan.Plan{plan.DelLink{Link: link}}, nil
	case "stp":
		return w.brctlSTP(link)
	case "setfd":
		return w.brctlDelay(link)
	}
	if verb == "delif" {
		bridge = ""
	}
	return w.brctlPorts(bridge)
}

func (w *words) brctlPorts(bridge string) (plan.Plan, error) {
	var p plan.Plan
	for len(p) == 0 || w.More() {
		port, err := w.Value("the name of a link")
		if err != nil {
			return nil, err
		}
		p = append(p, plan.SetLink{Link: w.at(port), Master: &bridge})
	}
	return p, nil
}

func (w *words) brctlSTP(link state.Endpoint) (plan.Plan, error) {
	switch {
	case w.Skip("on", "yes", "1"):
		return plan.Plan{plan.SetKind{Link: link, Change: state.BridgeChange{STP: new(true)}}}, nil
	case w.Skip("off", "no", "0"):
		return plan.Plan{plan.SetKind{Link: link, Change: state.BridgeChange{STP: new(false)}}}, nil
	}
	return nil, w.Unexpected("on", "off")
}

func (w *words) brctlDelay(link state.Endpoint) (plan.Plan, error) {
	seconds, err := strconv.ParseFloat(w.Peek(), 64)
	if err != nil || seconds < 0 || seconds > 1000 {
		return nil, w.Missing("a number of seconds")
	}
	w.Next()
	return plan.Plan{plan.SetKind{Link: link, Change: state.BridgeChange{ForwardDelay: new(int(math.Round(seconds * 100)))}}}, nil
}
