package explain

import (
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/internal/words"
)

// dummyKind is the row of dummies in linkKinds.
var dummyKind = linkKind{add: kindNote(addDummy)}

func addDummy(op plan.AddLink, _ state.Dummy) Note {
	return Note{
		Topic: "dummy add",
		Brief: words.Text{En: "Makes a dummy interface: %s.", ZhTW: "建立 dummy 介面：%s。"}.With(link(op.Link)),
		More: words.Text{
			En:   "It drops the packets sent through it. Its addresses stay reachable whichever link fails, so routers often have theirs there.",
			ZhTW: "從它送出去的封包都會被丟棄。不管哪條線斷了，它的位址都還連得到，所以路由器常把自己的位址設在這裡。",
		},
		Kernel: message("RTM_NEWLINK", create, "%s", newLinkOf(op.Kind.Kind(), op.Link)),
		Look:   lookAt("link", op.Link),
	}
}
