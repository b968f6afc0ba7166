//go:build linux

package cli_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
)

// mistakes are commands that fail, with a part of what a Chinese lesson says about each.
var mistakes = []struct{ command, want string }{
	{"ip link set nope up", "沒有這個介面（no such device）"},
	{"ip link add br0 type bridgee", `第 6 個字 "bridgee"：這裡應該是 bridge、`},
	{"ip link add v0 type veth peer name v0", "已經存在（file exists）"},
	{"ip link set lo master nope", "沒有這個介面"},
	{"ip link add v1 netns nope type veth peer name v2", "沒有 nope 這個命名空間"},
	{"ip link delete lo", "核心不支援這個動作（operation not supported）"},
	{"ip link set", "後面還要有介面的名字"},
	{"ip -n nope link", "沒有 nope 這個命名空間"},
	{"ip netns delete nope", `沒有 "nope" 這個命名空間`},
	{"ip netns exec nope true", "沒有 nope 這個命名空間"},
	{"ip addr add 10.0.0.1/33 dev lo", "這裡應該是位址，例如 10.0.0.1/24"},
	{"ip addr add 10.0.0.1/24", "後面還要有 dev 介面"},
	{"ip addr del 10.0.0.1/24 dev lo", "沒有這個位址"},
	{"ip route add default via 10.9.9.9", "閘道不在直接相連的子網路裡（Nexthop has invalid gateway）"},
	{"ip route del default", "找不到要刪除或修改的項目（no such process）"},
	{"ip route get 10.9.9.9", "沒有路由可以到那裡（network is unreachable）"},
	{"ip tuntap add tap0 mode tap", "不支援 ip tuntap"},
	{"ip foo", `第 2 個字 "foo"`},
	{"ping -c 1 10.9.9.9", "→ 沒有路由可以到那裡，所以封包根本沒有送出去"},
	{"ping -c 1 nosuchname", "→ 查不到 nosuchname 這個名字"},
	{"ping", "需要 1 個參數，卻有 0 個\n  用法：vethlab ping-host"},
	{"ping -c 0 10.9.9.9", "（要 1 以上的數字）"},
	{"ping -x 10.9.9.9", "沒有 'x' 這個選項"},
	{"curl -s http://127.0.0.1/", "→ 對方拒絕連線：那個埠沒有程式在監聽（connection refused）"},
	{"curl -s http://10.9.9.9/", "→ 沒有路由可以到那裡"},
	{"sysctl -w net.ipv4.nope=1", "→ 沒有這個 sysctl：找不到 /proc/sys/net/ipv4/nope"},
	{"sysctl -w net.ipv4.ip_forward=x", "核心不接受這個值（invalid argument）"},
	{"sysctl", "缺少 key"},
	{"nft add rule ip nat x masquerade", "沒有 ip nat 這個表"},
	{"nft add tabel ip nat", `應該是 table、chain、rule、set 或 element，卻是 "tabel"；你是不是要打 table？`},
	{"nft delete chain ip nat x", "沒有 ip nat 這個表"},
	{"nft", "缺少指令，例如 list ruleset"},
	{"nosuch", "（結束碼 127：找不到這個指令（command not found））"},
	{"ip netns exec nope nosuch", `找不到 "nosuch" 這個指令（command not found）`},
	{"vethlab show", "目前沒有執行中的實驗"},
	{"vethlab test", "目前沒有執行中的實驗"},
	{"vethlab graph nope", "實驗 nope 沒有在執行"},
	{"vethlab nope", `沒有 "nope" 這個指令`},
	{"echo '{links: [[a, b]], tests: [{from: a, to: b, expect: unreachable}]}' >l.yaml; vethlab run l.yaml", "FAIL  a → b  應該是連不到，卻是連得到"},
	{"vethlab up l.yaml; vethlab test --all-pairs l.yaml; vethlab down l.yaml", "· 沒有測   ● 連得到"},
	{"vethlab learn brigde", `沒有 "brigde" 這一課；你是不是要打 bridge？`},
}

// What commands in a Chinese lesson say about mistakes is Chinese.
func TestMistakesInChineseLesson(t *testing.T) {
	if !userNamespaces(t) {
		t.Skip("needs user namespaces")
	}
	said := playTyped(t, mistakes)
	for _, m := range mistakes {
		_, after, found := strings.Cut(said, "$ "+m.command+"\n")
		own, rest, _ := strings.Cut(after, "\n$ ")
		if !found || !strings.Contains(own, m.want) {
			t.Errorf("%s: %q is not in\n%s", m.command, m.want, own)
		}
		for line := range strings.Lines(own) {
			if strings.HasPrefix(line, "vethlab: ") && !strings.ContainsFunc(line, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
				t.Errorf("%s: not Chinese: %s", m.command, line)
			}
		}
		said = "$ " + rest
	}
}

// playTyped returns the output of a Chinese lesson in which commands are typed.
func playTyped(t *testing.T, typed []struct{ command, want string }) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(t.TempDir(), "vethlab")
	if err := os.Symlink(self, program); err != nil {
		t.Fatal(err)
	}
	var input strings.Builder
	for _, m := range typed {
		input.WriteString(m.command + "\n")
	}
	cmd := exec.CommandContext(t.Context(), program, "learn", "--lang", "zh-TW", "veth")
	cmd.Stdin = strings.NewReader(input.String() + "quit\n")
	cmd.Dir = t.TempDir() // without a lab file
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return string(out)
}
