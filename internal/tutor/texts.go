package tutor

import "github.com/vethlab/vethlab/internal/words"

// texts are what the player says by itself.
var texts = struct {
	welcome, end, bye, enter             words.Text
	help, hint, noHint, shown            words.Text
	done, notYet, stays, skipped         words.Text
	failed, shell                        words.Text
	choose, answer, right, wrong, noSuch words.Text
	theAnswer                            words.Text
}{
	welcome: words.Text{
		En: "Press Enter to have a command typed for you, or type it yourself, in any spelling; `?` gives a hint, and `help` tells " +
			"what else there is. Everything happens in a sandbox that is gone afterwards.",
		ZhTW: "按 Enter，指令會替你打好並執行；也可以自己打，寫法不拘。`?` 會給提示，`help` 會列出其他可以做的事。" +
			"所有動作都在沙盒裡進行，結束後什麼都不會留下。",
	},
	end:   words.Text{En: "That was it. The sandbox is gone, with all that was in it.", ZhTW: "這一課結束了。沙盒和裡面的一切都已經清掉。"},
	bye:   words.Text{En: "See you. The sandbox is gone, with all that was in it.", ZhTW: "下次見。沙盒和裡面的一切都已經清掉。"},
	enter: words.Text{En: "[Enter]", ZhTW: "[Enter 繼續]"},
	help: words.Text{
		En: "Enter: run the command that is shown. Any other command: run it; look around as you like. `?` or `hint`: a hint. " +
			"`do`: have the step done for you. `skip`: go on without it. `shell`: a shell in here. `quit`: leave.",
		ZhTW: "Enter：執行畫面上的指令。其他任何指令：照樣執行，儘管四處看看。`?` 或 `hint`：提示。" +
			"`do`：替你做完這一步。`skip`：跳過這一步。`shell`：在這裡面開一個 shell。`quit`：離開。",
	},
	hint:    words.Text{En: "Hint: %s", ZhTW: "提示：%s"},
	noHint:  words.Text{En: "There are no more hints. `do` has it done for you.", ZhTW: "沒有更多提示了。輸入 `do` 就會替你做完。"},
	shown:   words.Text{En: "This does it: `%s`", ZhTW: "這樣就行了：`%s`"},
	done:    words.Text{En: "✓ That is it.", ZhTW: "✓ 完成了。"},
	notYet:  words.Text{En: "Not there yet:", ZhTW: "還差一點："},
	stays:   words.Text{En: "Enter runs the command that is shown; `skip` goes on.", ZhTW: "按 Enter 執行畫面上的指令；輸入 `skip` 就往下走。"},
	skipped: words.Text{En: "Skipped. Later steps may need what this one makes.", ZhTW: "跳過了。後面的步驟可能會用到這一步的結果。"},
	failed:  words.Text{En: "(exit code %d)", ZhTW: "（結束碼 %d）"},
	shell:   words.Text{En: "A shell in the sandbox. `exit` leads back here.", ZhTW: "這是沙盒裡的 shell，輸入 `exit` 就會回到這裡。"},
	choose:  words.Text{En: "Your answer (1–%d):", ZhTW: "你的答案（1–%d）："},
	answer:  words.Text{En: "Your answer:", ZhTW: "你的答案："},
	right:   words.Text{En: "✓ Right.", ZhTW: "✓ 答對了。"},
	wrong:   words.Text{En: "✗ No. Once more? (`skip` shows the answer)", ZhTW: "✗ 不對。再試一次？（輸入 `skip` 看答案）"},
	noSuch:  words.Text{En: "A number from 1 to %d, please.", ZhTW: "請輸入 1 到 %d 的數字。"},
	theAnswer: words.Text{
		En:   "The answer: %s",
		ZhTW: "答案：%s",
	},
}
