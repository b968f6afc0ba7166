package messages

import "github.com/vethlab/vethlab/internal/words"

// toolMessages are messages of ping(8), curl(1) and sysctl(8), whose text stays as it is;
// what they mean is printed below.
func toolMessages() []words.Text {
	return []words.Text{
		{En: "connect: Network is unreachable", ZhTW: "沒有路由可以到那裡，所以封包根本沒有送出去"},
		{En: "sendmsg: %w", ZhTW: "封包送不出去：%s"},
		{En: "(%d) unknown protocol %q (want http, https)", ZhTW: "未知的協定 %[2]s（要 http 或 https）"}, // curl's exit code
		{En: "(%d) %w", ZhTW: "%[2]s"},
		{En: "the server does not answer by TLS", ZhTW: "伺服器的回應不是 TLS"},
		{En: "the server's certificate is not trusted: %s", ZhTW: "伺服器的憑證不可信任：%s"},
		{En: "the server closed the connection without an answer", ZhTW: "伺服器沒有回應就關閉了連線"},
		{En: "connect: %w", ZhTW: "%s"},
		{En: "dial udp %s: %w", ZhTW: "%[2]s"},
		{En: "%s: Name or service not known", ZhTW: "查不到 %s 這個名字：是不是打錯了，或是沒有 DNS？"},
		{En: "%s: Address family for hostname not supported", ZhTW: "%s 不是這個選項（-4 或 -6）的位址"},
		{En: "Name or service not known", ZhTW: "查不到這個名字"},
		{En: "Address family for hostname not supported", ZhTW: "這個位址和選項（-4 或 -6）不合"},
		{En: "Destination Net Unreachable", ZhTW: "送出這個錯誤的路由器沒有到那裡的路由"},
		{En: "Destination Host Unreachable", ZhTW: "有路由，但是下一站沒有回應 ARP：位址沒有人用，或是對方沒接上"},
		{En: "Destination Protocol Unreachable", ZhTW: "對方不支援這個協定"},
		{En: "Destination Port Unreachable", ZhTW: "被拒絕了：通常是防火牆的 reject 規則"},
		{En: "Destination Net Prohibited", ZhTW: "防火牆不允許到這個網路"},
		{En: "Destination Host Prohibited", ZhTW: "防火牆不允許到這台主機"},
		{En: "Packet filtered", ZhTW: "封包被防火牆擋下來了"},
		{En: "Time to live exceeded", ZhTW: "TTL 減到 0，封包被送出這個錯誤的路由器丟棄了"},
		{En: "Frag reassembly time exceeded", ZhTW: "有分段沒收齊，等到逾時"},
		{En: "Destination unreachable: No route", ZhTW: "送出這個錯誤的路由器沒有到那裡的路由"},
		{En: "Destination unreachable: Administratively prohibited", ZhTW: "防火牆不允許"},
		{En: "Destination unreachable: Beyond scope of source address", ZhTW: "來源位址的範圍（scope）到不了那裡"},
		{En: "Destination unreachable: Address unreachable", ZhTW: "有路由，但是下一站沒有回應 ND：位址沒有人用，或是對方沒接上"},
		{En: "Destination unreachable: Port unreachable", ZhTW: "被拒絕了：通常是防火牆的 reject 規則"},
		{En: "Time exceeded: Hop limit", ZhTW: "hop limit 減到 0，封包被送出這個錯誤的路由器丟棄了"},
		{En: "Time exceeded: Defragmentation failure", ZhTW: "有分段沒收齊，等到逾時"},
		{En: "Frag needed and DF set (mtu = %d)", ZhTW: "封包超過路上的 MTU（%s），而且不允許分段"},
		{En: "100% packet loss", ZhTW: "完全沒有收到回應：對方沒收到，或是回應回不來"},
		{En: "no answer in time", ZhTW: "等到時間到了，對方都沒有回應"},
		{En: "lookup %s on %s: %w", ZhTW: "向 DNS 伺服器 %[2]s 查詢 %[1]s 失敗：%[3]s"},
		{En: "lookup %s: %w", ZhTW: "查詢 %s 失敗：%s"},
		{En: "no such host", ZhTW: "沒有這個名字（no such host）"},
		{En: "cannot stat %s: No such file or directory", ZhTW: "沒有這個 sysctl：找不到 %s"},
		{En: "setting or reading key %q: %w", ZhTW: "無法讀取或設定 %s：%s"},
		{En: "missing key, such as net.ipv4.ip_forward", ZhTW: "缺少 key，例如 net.ipv4.ip_forward"},
	}
}

// vethlabMessages are messages of vethlab's commands that make sense in a lesson.
func vethlabMessages() []words.Text {
	return []words.Text{
		{En: "interrupted", ZhTW: "已中斷"},
		{En: "usage: %s", ZhTW: "用法：%s"},
		{En: "%s help lists the commands", ZhTW: "%s help 會列出所有指令"},
		{En: "unknown command %q", ZhTW: "沒有 %s 這個指令"},
		{En: "sudo vethlab %s", ZhTW: "請用 sudo vethlab %s"},
		{En: "exit code %d", ZhTW: "結束碼 %s"},
		{En: "exec: %w", ZhTW: "無法執行：%s"},
		{En: "%q: executable file not found in $PATH", ZhTW: "找不到 %s 這個指令（command not found）"},
		{En: "open /run/netns/%s: no such file or directory", ZhTW: "沒有 %s 這個命名空間（/run/netns 裡找不到）"},
		{En: "open %s: %w", ZhTW: "無法開啟 %s：%s"},
		{En: "fork/exec %s: %w", ZhTW: "無法執行 %s：%s"},
		{En: "cannot write the output: %w", ZhTW: "無法輸出：%s"},
		{En: "cannot read %s: it is larger than 16 MiB", ZhTW: "無法讀取 %s：大於 16 MiB"},
		{En: "cannot read %s: it is larger than 64 MiB", ZhTW: "無法讀取 %s：大於 64 MiB"},
		{En: "cannot count to %q (want a number from 1)", ZhTW: "%s 不是次數（要 1 以上的數字）"},
		{En: "invalid time %q (want seconds, such as 0.2)", ZhTW: "%s 不是時間（要秒數，例如 0.2）"},
		{En: "unknown format %q (want %s)", ZhTW: "沒有 %s 這種格式（可用的有 %s）"},
		{En: "unknown language %q (want en or zh-TW)", ZhTW: "沒有 %s 這種語言（可用的有 en 和 zh-TW）"},
		{En: "unknown lesson %q%w (list them: vethlab learn --list)", ZhTW: "沒有 %s 這一課%s（用 vethlab learn --list 列出來）"},
		{En: "unknown lesson %q (list them: vethlab learn --list)", ZhTW: "沒有 %s 這一課（用 vethlab learn --list 列出來）"},
		{En: "missing lesson", ZhTW: "要指定哪一課"},
		{En: "no answer", ZhTW: "沒有回答"},
		{En: "cannot play %s without consent", ZhTW: "沒有同意，所以不開始 %s"},
		{En: "run it on a terminal to be asked, or give --allow-commands", ZhTW: "請在終端機上執行，就會詢問；或加上 --allow-commands"},
		{En: "cannot remember the answer: %w", ZhTW: "無法記住這個回答：%s"},
		{En: "no lab is running", ZhTW: "目前沒有執行中的實驗"},
		{En: "no lab file here (vethlab.yaml or *.vethlab.yaml): name one", ZhTW: "這裡沒有實驗檔（vethlab.yaml 或 *.vethlab.yaml），請指定一個"},
		{En: "several lab files here, name one: %s", ZhTW: "這裡有好幾個實驗檔，請指定一個：%s"},
		{En: "several labs are running, name one: %s", ZhTW: "有好幾個實驗在執行，請指定一個：%s"},
		{En: "%w, or a running lab: %s", ZhTW: "%s，或指定執行中的實驗：%s"},
		{En: "lab %s is removed", ZhTW: "實驗 %s 已經移除"},
		{En: "--name goes with a file", ZhTW: "--name 要和檔案一起用"},
		{En: "no running lab has a node %s", ZhTW: "執行中的實驗裡沒有 %s 這個節點"},
		{En: "several running labs have a node %s: give %s", ZhTW: "好幾個實驗都有 %s 這個節點，請寫成 %s"},
		{En: "missing node or command", ZhTW: "缺少節點或指令"},
		{En: "missing command", ZhTW: "缺少指令"},
		{En: "missing node, or --new", ZhTW: "缺少節點，或 --new"},
		{En: "give a lab or --host, not both", ZhTW: "實驗和 --host 只能擇一"},
		{En: "give --root or --rootless, not both", ZhTW: "--root 和 --rootless 只能擇一"},
		{En: "root is needed to make network namespaces here", ZhTW: "在這裡建立網路命名空間需要 root"},
		{
			En:   "this is the host namespace; for a namespace in which you are root: vethlab shell --new",
			ZhTW: "這裡是主機的命名空間；要一個你是 root 的命名空間，用 vethlab shell --new",
		},
		{En: "lab %s is up: %w", ZhTW: "實驗 %s 建立好了：%s"},
		{En: "lab %s is up", ZhTW: "實驗 %s 建立好了"},
		{En: "lab %s belongs to root", ZhTW: "實驗 %s 屬於 root"},
		{En: "lab %s is up to date", ZhTW: "實驗 %s 不需要更動"},
		{En: "lab %s is not running", ZhTW: "實驗 %s 沒有在執行"},
		{En: "lab %s is %w", ZhTW: "實驗 %s %s"},
		{En: "%d nodes, %w in %s", ZhTW: "%s 個節點、%s，花了 %s"},
		{En: "%d node, %w in %s", ZhTW: "%s 個節點、%s，花了 %s"},
		{En: "%w, %w, no mistake", ZhTW: "%s、%s，沒有錯誤"},
	}
}

// vethlabPhrases are the parts that %w matches in [vethlabMessages].
func vethlabPhrases() []words.Text {
	return []words.Text{
		{En: "lab %s", ZhTW: "實驗 %s"},
		{En: "another program", ZhTW: "別的程式"},
		{En: "not running", ZhTW: "沒有在執行"},
		{En: "%d nodes", ZhTW: "%s 個節點"},
		{En: "%d node", ZhTW: "%s 個節點"},
		{En: "%d links", ZhTW: "%s 條線"},
		{En: "%d link", ZhTW: "%s 條線"},
		{En: "%d steps", ZhTW: "%s 個步驟"},
		{En: "%d step", ZhTW: "%s 個步驟"},
		{En: "%d tasks", ZhTW: "%s 個練習"},
		{En: "%d task", ZhTW: "%s 個練習"},
	}
}
