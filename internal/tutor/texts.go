package tutor

import "github.com/vethlab/vethlab/internal/words"

// texts are the messages of the player.
var texts = struct {
	welcome, end, bye, enter             words.Text
	help, hint, noHint, shown            words.Text
	done, notYet, stays, skipped         words.Text
	failed, failedBy, shell              words.Text
	choose, answer, right, wrong, noSuch words.Text
	theAnswer                            words.Text
}{
	welcome: words.Text{
		En: "Press Enter to have a command typed for you, or type it yourself, in any spelling; `?` gives a hint, and `help` lists " +
			"the other commands. Everything happens in a sandbox that is deleted at the end.",
		ZhTW: "按 Enter，畫面上的指令就會替你輸入並執行；也可以自己輸入，寫法不拘。`?` 會給提示，`help` 會列出其他可以輸入的指令。" +
			"一切都在沙盒裡進行，沙盒在課程結束時會刪除。",
	},
	end:   words.Text{En: "This is the end of the lesson. The sandbox is deleted with everything in it.", ZhTW: "這一課結束了。沙盒和裡面的一切都已經刪除。"},
	bye:   words.Text{En: "See you. The sandbox is deleted with everything in it.", ZhTW: "下次見。沙盒和裡面的一切都已經刪除。"},
	enter: words.Text{En: "[Enter]", ZhTW: "[Enter 繼續]"},
	help: words.Text{
		En: "Enter: run the shown command. Any other command: run it. `?` or `hint`: show a hint. " +
			"`do`: do the step for you. `skip`: skip the step. `shell`: open a shell in the sandbox. `quit`: leave.",
		ZhTW: "Enter：執行畫面上的指令。其他任何指令：直接執行。`?` 或 `hint`：顯示提示。" +
			"`do`：替你做完這一步。`skip`：跳過這一步。`shell`：在沙盒裡開一個 shell。`quit`：離開。",
	},
	hint:     words.Text{En: "Hint: %s", ZhTW: "提示：%s"},
	noHint:   words.Text{En: "There are no more hints. `do` does the step for you.", ZhTW: "沒有更多提示了。輸入 `do` 就會替你做完。"},
	shown:    words.Text{En: "The command is: `%s`", ZhTW: "指令是：`%s`"},
	done:     words.Text{En: "✓ Done.", ZhTW: "✓ 完成。"},
	notYet:   words.Text{En: "Not done yet:", ZhTW: "還沒完成："},
	stays:    words.Text{En: "Enter runs the shown command; `skip` skips it.", ZhTW: "按 Enter 執行畫面上的指令；輸入 `skip` 會跳過。"},
	skipped:  words.Text{En: "Skipped. Later steps may need what this one makes.", ZhTW: "已跳過。後面的步驟可能會用到這一步的結果。"},
	failed:   words.Text{En: "(exit code %d)", ZhTW: "（結束碼 %d）"},
	failedBy: words.Text{En: "(exit code %d: %s)", ZhTW: "（結束碼 %d：%s）"},
	shell:    words.Text{En: "A shell in the sandbox. `exit` returns to the lesson.", ZhTW: "這是沙盒裡的 shell，輸入 `exit` 就會回到課程。"},
	choose:   words.Text{En: "Your answer (1–%d):", ZhTW: "你的答案（1–%d）："},
	answer:   words.Text{En: "Your answer:", ZhTW: "你的答案："},
	right:    words.Text{En: "✓ Right.", ZhTW: "✓ 答對了。"},
	wrong:    words.Text{En: "✗ No. Try again? (`skip` shows the answer)", ZhTW: "✗ 不對。再試一次？（輸入 `skip` 看答案）"},
	noSuch:   words.Text{En: "A number from 1 to %d, please.", ZhTW: "請輸入 1 到 %d 的數字。"},
	theAnswer: words.Text{
		En:   "The answer: %s",
		ZhTW: "答案：%s",
	},
}

// exitCodes are the meanings of the exit codes of a POSIX shell.
var exitCodes = map[int]words.Text{
	126: {En: "the command cannot be run", ZhTW: "這個指令無法執行（cannot execute）"},
	127: {En: "command not found", ZhTW: "找不到這個指令（command not found）"},
	130: {En: "interrupted by Ctrl-C", ZhTW: "被 Ctrl-C 中斷"},
}
