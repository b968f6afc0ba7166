package explain

import (
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/words"
)

func addNeighbour(op plan.AddNeighbour) Note {
	n := Note{
		Topic: "neighbour add",
		Brief: words.Text{
			En:   "Adds a neighbour entry to %[1]s: %[2]s has the MAC address %[3]s.",
			ZhTW: "在 %[1]s 加上鄰居項目：%[2]s 的 MAC 位址是 %[3]s。",
		}.With(link(op.At()), op.Neighbour.Address, op.Neighbour.MAC),
		More: words.Text{
			En: "Otherwise the kernel resolves the MAC of a neighbour by ARP (IPv6: ND), and the entry expires. A permanent " +
				"entry is never resolved again, even if it is wrong. It is deleted when the interface goes down.",
			ZhTW: "平常核心會用 ARP（IPv6 用 ND）查詢鄰居的 MAC，項目過一段時間就會過期。永久的項目不會再查詢，就算寫錯了也一樣；" +
				"介面一停用，這個項目就會刪除。",
		},
		Kernel: message("RTM_NEWNEIGH", create, "NUD_PERMANENT, NDA_DST %s, NDA_LLADDR %s, the index of %s",
			op.Neighbour.Address, op.Neighbour.MAC, op.Neighbour.Dev),
		Look: lookAt("neigh", op.At()),
	}
	if op.Replace {
		n.Kernel = message("RTM_NEWNEIGH", "NLM_F_CREATE|NLM_F_REPLACE", "NUD_PERMANENT, NDA_DST %s, NDA_LLADDR %s, the index of %s",
			op.Neighbour.Address, op.Neighbour.MAC, op.Neighbour.Dev)
	}
	return n
}

func delNeighbour(op plan.DelNeighbour) Note {
	return Note{
		Topic: "neighbour del",
		Brief: words.Text{
			En:   "Deletes the neighbour entry of %[2]s from %[1]s.",
			ZhTW: "從 %[1]s 刪除 %[2]s 的鄰居項目。",
		}.With(link(op.At()), op.Key.Address),
		Kernel: message("RTM_DELNEIGH", "", "NDA_DST %s, the index of %s", op.Key.Address, op.Key.Dev),
		Look:   lookAt("neigh", op.At()),
	}
}
