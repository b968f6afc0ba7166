package walk

import "github.com/vethlab/vethlab/internal/dump"

// sendByDummy drops every frame (drivers/net/dummy.c).
func sendByDummy(*Network, dump.LinkRef, Frame) action {
	return action{drop: dropped(Discards, "dummy")}
}
