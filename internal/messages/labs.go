package messages

import "github.com/vethlab/vethlab/internal/words"

// sandboxMessages are the errors of making, entering and locking labs.
func sandboxMessages() []words.Text {
	return []words.Text{
		{En: "cannot open the holder file of lab %s: %w", ZhTW: "無法開啟實驗 %s 的 holder 檔：%s"},
		{En: "cannot end the sandbox of lab %s: process %d still runs after SIGKILL", ZhTW: "無法結束實驗 %s 的沙盒：行程 %s 在 SIGKILL 之後還在執行"},
		{En: "waited for %s", ZhTW: "等了 %s"},
		{En: "the sandbox is ending: process %d waits for a process that can't be killed", ZhTW: "沙盒正在結束：行程 %s 在等一個殺不掉的行程"},
		{En: "the sandbox's process is in another PID namespace (another container or the host)", ZhTW: "沙盒的行程在另一個 PID 命名空間裡（別的容器，或主機）"},
		{En: "cannot start a sandbox with a %s as input or output (want a file)", ZhTW: "沙盒的輸入和輸出不能是 %s（要檔案）"},
		{En: "cannot raise the limit of the neighbour tables to %d: %w", ZhTW: "無法把鄰居表的上限提高到 %s：%s"},
		{En: "waiting for lab %s, which is being changed by %w: %w", ZhTW: "等待實驗 %s，%s 正在更改它：%s"},
		{En: "the lock of lab %s, %s, is not a regular file: delete it", ZhTW: "實驗 %s 的鎖 %s 不是一般檔案：請刪除它"},
		{En: "lock of lab %s: %w", ZhTW: "實驗 %s 的鎖：%s"},
		{En: "cannot make or change a lab: %w (want a folder that only vethlab writes)", ZhTW: "無法建立或更改實驗：%s（需要只有 vethlab 會寫入的資料夾）"},
		{En: "cannot open more than %d files (want %d or more: ulimit -n %d)", ZhTW: "最多只能開啟 %s 個檔案（要 %s 個以上：ulimit -n %s）"},
		{
			En:   "cannot run with a limit of %d kB of %s (want %d kB or more: %s unlimited)",
			ZhTW: "上限太低，無法執行：只有 %s kB 的 %s（要 %s kB 以上：%s unlimited）",
		},
		{En: "cannot start threads: %w", ZhTW: "無法啟動執行緒：%s"},
		{En: "root is needed", ZhTW: "需要 root"},
		{
			En:   "cannot make or change a lab on the machine: cannot write %s: %w (want a writable /run, or --rootless)",
			ZhTW: "無法在這台機器上建立或更改實驗：無法寫入 %s：%s（需要可以寫入的 /run，或用 --rootless）",
		},
		{En: "/proc is not mounted: mount -t proc proc /proc (%w)", ZhTW: "/proc 沒有掛載：mount -t proc proc /proc（%s）"},
		{En: "%s is %q (want MiB or GiB, such as %s or 2G)", ZhTW: "%s 是 %s（要 MiB 或 GiB，例如 %s 或 2G）"},
		{En: "cannot make the folder of running labs: %w", ZhTW: "無法建立執行中實驗的資料夾：%s"},
		{En: "%s is not a folder: remove it", ZhTW: "%s 不是資料夾：請刪除它"},
		{
			En:   "XDG_RUNTIME_DIR is %s, which belongs to user %d, not to you (user %d): it is from another login (su, sudo); unset it, or set it to a folder of yours",
			ZhTW: "XDG_RUNTIME_DIR 是 %s，屬於使用者 %s，不是你（使用者 %s）：它來自另一次登入（su、sudo）；請取消它，或設成你自己的資料夾",
		},
		{
			En:   "%s belongs to user %d, not to you (user %d), so it is not trusted: set XDG_RUNTIME_DIR to a folder of yours",
			ZhTW: "%s 屬於使用者 %s，不是你（使用者 %s），所以不可信任：請把 XDG_RUNTIME_DIR 設成你自己的資料夾",
		},
		{En: "%s is open to others (mode %d), so it is not trusted: remove it, or chmod 700 it", ZhTW: "%s 別人也能寫入（權限 %s），所以不可信任：請刪除它，或 chmod 700"},
		{En: "lab %s: %w", ZhTW: "實驗 %s：%s"},
		{En: "the lab has no sandbox", ZhTW: "這個實驗沒有沙盒"},
		{En: "the lab has been taken down meanwhile", ZhTW: "這個實驗剛才被移除了"},
		{En: "only the initial network namespace has the neighbour table limit", ZhTW: "只有最初的網路命名空間有鄰居表的上限"},
		{
			En:   "a program with another /run has raised the limit and may restore it (gc_thresh1 is not below gc_thresh2)",
			ZhTW: "用另一個 /run 的程式提高了上限，也可能再改回來（gc_thresh1 沒有小於 gc_thresh2）",
		},
		{En: "the program ended (%w)", ZhTW: "程式結束了（%s）"},
		{En: "cannot execute /proc/self/exe there (is /proc covered by a mount?): %w", ZhTW: "無法在那裡執行 /proc/self/exe（/proc 是不是被別的掛載蓋住了？）：%s"},
		{En: "%s is not a regular file", ZhTW: "%s 不是一般檔案"},
		{En: "%s belongs to user %d", ZhTW: "%s 屬於使用者 %s"},
		{En: "%s has %d bytes (want at most %d)", ZhTW: "%s 有 %s bytes（最多 %s）"},
		{En: "cannot make a sandbox for the lab: %w", ZhTW: "無法為實驗建立沙盒：%s"},
		{En: "a sandbox could not be entered", ZhTW: "無法進入沙盒"},
		{En: "for root only: %w", ZhTW: "只有 root 可以：%s"},
		{En: "ending the sandbox of lab %s: %w", ZhTW: "結束實驗 %s 的沙盒時：%s"},
		{En: "vethlab down in its sandbox failed", ZhTW: "沙盒裡的 vethlab down 失敗了"},
		{En: "its sandbox has no lab of that name", ZhTW: "沙盒裡沒有這個名字的實驗"},
		{En: "cannot parse the output of vethlab ls in the sandbox: %w", ZhTW: "無法解讀沙盒裡 vethlab ls 的輸出：%s"},
		{En: "vethlab ls in the sandbox ended with exit code %d", ZhTW: "沙盒裡的 vethlab ls 結束了，結束碼 %s"},
		{En: "cannot list the sandbox of lab %s: %w", ZhTW: "無法列出實驗 %s 的沙盒：%s"},
		{En: "Take it down: vethlab down %s", ZhTW: "移除它：vethlab down %s"},
	}
}

// recordMessages are the errors of a lab's record and of the state of a lab.
func recordMessages() []words.Text {
	return []words.Text{
		{En: "lab %s has no record of how it was brought up", ZhTW: "沒有實驗 %s 當初如何建立的紀錄"},
		{En: "the record of lab %s is damaged: it describes another lab, or none", ZhTW: "實驗 %s 的紀錄損毀了：它描述的是別的實驗，或什麼也沒有"},
		{En: "the record of lab %s is damaged: %w", ZhTW: "實驗 %s 的紀錄損毀了：%s"},
		{En: "the record of lab %s has version %d (want %d)", ZhTW: "實驗 %s 的紀錄是第 %s 版（要第 %s 版）"},
		{En: "cannot write the record of the lab: %w", ZhTW: "無法寫入實驗的紀錄：%s"},
		{En: "cannot read the addresses of lab %s: %w", ZhTW: "無法讀取實驗 %s 的位址：%s"},
		{En: "the description of lab %s is not known: %w", ZhTW: "不知道實驗 %s 的描述：%s"},
		{En: "cannot remove what was made of lab %s: %w", ZhTW: "無法移除實驗 %s 已經建立的部分：%s"},
		{En: "cannot add neighbour entries: %w", ZhTW: "無法加入鄰居項目：%s"},
		{En: "cannot delete stale neighbour entries: %w", ZhTW: "無法刪除過時的鄰居項目：%s"},
		{En: "no such link", ZhTW: "沒有這條線"},
		{En: "no such node", ZhTW: "沒有這個節點"},
		{En: "%w: lab %s has none between %s and %s", ZhTW: "%s：實驗 %s 在 %s 和 %s 之間沒有"},
		{
			En:   "%d links of lab %s are between %s and %s, name an interface of one: %s",
			ZhTW: "實驗 %[2]s 在 %[3]s 和 %[4]s 之間有 %[1]s 條線，請寫出其中一個介面：%[5]s",
		},
		{En: "%s is not an end of link %s", ZhTW: "%s 不是線 %s 的一端"},
		{En: "%w: %s in lab %s", ZhTW: "%[1]s：實驗 %[3]s 裡的 %[2]s"},
		{En: "%s of node %s", ZhTW: "節點 %[2]s 的 %[1]s"},
		{En: "node %s has no interface %q%w", ZhTW: "節點 %s 沒有介面 %s%s"},
		{En: "node %s has no interface %q", ZhTW: "節點 %s 沒有介面 %s"},
		{En: "no node of this lab has the address %s (want an address of a node)", ZhTW: "這個實驗裡沒有節點有位址 %s（要節點的位址）"},
		{
			En:   "%w in lab %s: its tests are unknown, and no two of its nodes have addresses in one subnet (want the lab's file): %w",
			ZhTW: "%s（實驗 %s）：不知道它的測試，也沒有兩個節點在同一個子網路裡有位址（需要實驗檔）：%s",
		},
		{
			En:   "%w in lab %s: its file has no tests, and no two of its nodes share a subnet (want tests in the file)",
			ZhTW: "%s（實驗 %s）：檔案裡沒有測試，也沒有兩個節點共用子網路（檔案裡要有 tests）",
		},
		{En: "nothing to test", ZhTW: "沒有東西可以測"},
		{En: "look up %q: %w", ZhTW: "查詢 %s：%s"},
		{En: "listen on port %d: %w", ZhTW: "在埠 %s 監聽：%s"},
		{En: "serve %s on port %d: %w", ZhTW: "在埠 %[2]s 提供 %[1]s：%[3]s"},
		{En: "serve %s: no port is given", ZhTW: "提供 %s：沒有指定埠"},
		{En: "serve %s: %w", ZhTW: "提供 %s：%s"},
		{En: "the port is in use", ZhTW: "這個埠已經有人在用"},
	}
}

// conflictMessages are the reasons why up refuses to change what is not of its lab.
func conflictMessages() []words.Text {
	return []words.Text{
		{
			En:   "%s/%s exists already and is not of lab %s, so it is left alone: give the lab another prefix or name",
			ZhTW: "%s/%s 已經存在，而且不屬於實驗 %s，所以保留原樣：請讓實驗用別的 prefix 或名字",
		},
		{
			En:   "cannot delete namespace %s: processes run in it: %s (end them, or take the lab down first: vethlab up --recreate)",
			ZhTW: "無法刪除命名空間 %s：裡面有行程在執行：%s（請結束它們，或先移除實驗：vethlab up --recreate）",
		},
		{
			En:   "the host has a link %s already, without the mark of lab %s, so it is left alone: give the lab's link another name, or delete that one (ip link del %s)",
			ZhTW: "主機已經有介面 %s，而且沒有實驗 %s 的標記，所以保留原樣：請讓實驗的介面用別的名字，或刪除那一個（ip link del %s）",
		},
		{
			En:   "the lab's %s overlaps %s on %s of the host: give the lab other addresses, with `subnet` or `addressing`",
			ZhTW: "實驗的 %s 和主機 %[3]s 上的 %[2]s 重疊：請用 `subnet` 或 `addressing` 讓實驗用別的位址",
		},
		{
			En:   "the host has a route %q already and it is not of lab %s, so it is left alone: delete it (ip route del %s), or give the lab other addresses, with `subnet` or `addressing`",
			ZhTW: "主機已經有路由 %s，而且不屬於實驗 %s，所以保留原樣：請刪除它（ip route del %s），或用 `subnet` 或 `addressing` 讓實驗用別的位址",
		},
		{
			En:   "%s has a neighbour entry for %s already (%s) and it is not of lab %s, so it is left alone: delete it (ip neigh del %s dev %s)",
			ZhTW: "%s 已經有 %s 的鄰居項目（%s），而且不屬於實驗 %s，所以保留原樣：請刪除它（ip neigh del %s dev %s）",
		},
		{En: "cannot add the route %s via %s to %s: %w", ZhTW: "無法把路由 %s via %s 加到 %s：%s"},
		{En: "the rule %q is deleted, so the kernel does not find the gateway (restore it: %s)", ZhTW: "規則 %s 被刪除了，所以核心找不到閘道（恢復它：%s）"},
		{En: "the rule %q hides the gateway (delete it: %s)", ZhTW: "規則 %s 讓核心看不到閘道（刪除它：%s）"},
		{En: "cannot set sysctl %q: %w", ZhTW: "無法設定 sysctl %s：%s"},
		{En: "this kernel lacks %s, which `%s` needs: %w", ZhTW: "這個核心沒有 %s，而 `%s` 需要它：%s"},
	}
}
