package messages

import "github.com/vethlab/vethlab/internal/words"

// argumentMessages are mistakes in the arguments of vethlab's commands.
func argumentMessages() []words.Text {
	return []words.Text{
		{En: "give --no-commands or --allow-commands, not both", ZhTW: "--no-commands 和 --allow-commands 只能擇一"},
		{En: "give --all or names of labs, not both", ZhTW: "--all 和實驗的名字只能擇一"},
		{En: "give --host or a lab, not both", ZhTW: "--host 和實驗只能擇一"},
		{En: "give a file or --op, not both", ZhTW: "檔案和 --op 只能擇一"},
		{En: "--forward, --reverse and --bidir exclude each other", ZhTW: "--forward、--reverse 和 --bidir 只能擇一"},
		{En: "missing --pin", ZhTW: "缺少 --pin"},
		{En: "missing command after --", ZhTW: "-- 後面缺少指令"},
		{En: "more than one file (a command goes after --)", ZhTW: "不只一個檔案（指令要寫在 -- 後面）"},
		{En: "unknown file extension: give a format with -o", ZhTW: "不認得這個副檔名：請用 -o 指定格式"},
		{En: "unknown format %q of a picture", ZhTW: "沒有 %s 這種圖片格式"},
		{En: "unknown flag: %s", ZhTW: "沒有 %s 這個選項"},
		{En: "unknown shorthand flag: %s in %s", ZhTW: "%[2]s 裡沒有 %[1]s 這個選項"},
		{En: "flag needs an argument: %s", ZhTW: "選項 %s 後面要有值"},
		{En: "invalid argument %q for %q flag: %w", ZhTW: "%[2]s 的值 %[1]s 不正確：%[3]s"},
		{En: "strconv.ParseInt: parsing %q: invalid syntax", ZhTW: "%s 不是數字"},
		{En: "accepts %d arg(s), received %d", ZhTW: "需要 %s 個參數，卻有 %s 個"},
		{En: "accepts at most %d arg(s), received %d", ZhTW: "最多 %s 個參數，卻有 %s 個"},
		{En: "requires at least %d arg(s), only received %d", ZhTW: "至少要有 %s 個參數，卻只有 %s 個"},
	}
}

// labMessages are what vethlab's commands on labs report, beside [vethlabMessages].
func labMessages() []words.Text {
	return []words.Text{
		{En: "%s can be written by %s, and its tests run commands as %s:", ZhTW: "%s 可以由 %s 寫入，它的測試會以 %s 的身分執行指令："},
		{En: "on %s: %s", ZhTW: "在 %s：%s"},
		{En: "the sandbox of lab %s still runs, with other labs in it: %s", ZhTW: "實驗 %s 的沙盒還在執行，裡面還有別的實驗：%s"},
		{En: "To end it with them: vethlab down %s", ZhTW: "要連同它們一起結束：vethlab down %s"},
		{En: "lab %s is removed from outside, with all its processes: %w", ZhTW: "實驗 %s 已經從外面移除，連同它所有的行程：%s"},
		{En: "too large to follow whole: %s", ZhTW: "太大，沒有全部追蹤：%s"},
		{En: "only the namespace of this shell can be seen; for the others:", ZhTW: "只看得到這個 shell 的命名空間；要看其他的："},
		{En: "failed in %d of %w", ZhTW: "在%[2]s裡有 %[1]s 個失敗"},
		{En: "%s: no further address to write", ZhTW: "%s：沒有其他位址要寫"},
		{En: "wrote addresses into %s", ZhTW: "位址已經寫進 %s"},
		{En: "ignored in %s, not a network namespace: %s", ZhTW: "%s 裡有些檔案不是網路命名空間，所以忽略：%s"},
		{En: "this edit moves addresses that the file leaves out: %s", ZhTW: "這次修改會移動檔案沒有寫出的位址：%s"},
		{
			En:   "to keep them, write them into the file, as vethlab fmt --pin does before up:",
			ZhTW: "要保留它們，就把它們寫進檔案，像在 up 之前執行 vethlab fmt --pin 那樣：",
		},
		{En: "… and %d more", ZhTW: "……還有 %s 個"},
		{En: "invalid rate %q (want a rate such as 100mbit)", ZhTW: "%s 不是速率（要像 100mbit 這樣的速率）"},
		{En: "%s and %s are in different labs, which no link connects", ZhTW: "%s 和 %s 在不同的實驗裡，中間沒有線"},
		{En: "lab %s was up before and is left up; to remove it: vethlab down %s", ZhTW: "實驗 %s 原本就在執行，所以保留著；要移除它：vethlab down %s"},
		{En: "lab %s is left up; to remove it: vethlab down %s", ZhTW: "實驗 %s 保留著；要移除它：vethlab down %s"},
		{En: "%w, so its tests are unknown: %w", ZhTW: "%s，所以不知道它的測試：%s"},
		{En: "testing along its subnets", ZhTW: "沿著它的子網路測試"},
		{En: "testing the addresses that it has now", ZhTW: "測試它現在有的位址"},
		{En: "standard input can't be watched: name a file", ZhTW: "無法監看標準輸入：請指定檔案"},
		{En: "the lab has changed: %s", ZhTW: "實驗改變了：%s"},
		{En: "%s has changed", ZhTW: "%s 改變了"},
		{En: "%s is not reached from %s: %w", ZhTW: "從 %[2]s 連不到 %[1]s：%[3]s"},
		{En: "%s is not reached from %s", ZhTW: "從 %[2]s 連不到 %[1]s"},
		{En: "%w is being changed by %w: waiting", ZhTW: "%s 正在被 %s 更改：等待中"},
		{En: "a process or an open descriptor still holds %s; the kernel deletes it when it is released", ZhTW: "行程或開啟的 descriptor 還握著 %s；放開以後核心就會刪除它"},
		{En: "ending %s", ZhTW: "正在結束 %s"},
		{En: "commands in %s run without it", ZhTW: "%s 裡的指令在沒有它的情況下執行"},
		{
			En:   "%w: settings of an earlier description are not known, and stay as they are",
			ZhTW: "%s：不知道先前描述的設定，所以保留原樣",
		},
		{
			En:   "vethlab up --recreate deletes them with the nodes, and creates the nodes again",
			ZhTW: "vethlab up --recreate 會連同節點刪除它們，再重新建立節點",
		},
		{
			En:   "the host namespace is that of the lab's sandbox, which can't reach the machine's networks: a link to the machine's needs root (sudo vethlab up)",
			ZhTW: "主機的命名空間是實驗沙盒裡的，連不到這台機器的網路：要連到機器的命名空間需要 root（sudo vethlab up）",
		},
		{En: "%w: waiting up to %s", ZhTW: "%s：最多等 %s"},
		{En: "link %s: %s set %s", ZhTW: "線 %s：%s 設為 %s"},
		{En: "lab %s deleted", ZhTW: "實驗 %s 已經刪除"},
		{En: "lab %s changed: %d commands in %s", ZhTW: "實驗 %s 更改好了：%s 個指令，花了 %s"},
		{En: "lab %s changed: %d command in %s", ZhTW: "實驗 %s 更改好了：%s 個指令，花了 %s"},
	}
}
