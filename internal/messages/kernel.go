package messages

import "github.com/vethlab/vethlab/internal/words"

// errnos are the kernel's error numbers, as package syscall writes them. The English text
// stays, since it is what other tools and the web have.
func errnos() []words.Text {
	return []words.Text{
		{En: "no such device", ZhTW: "沒有這個介面（no such device）"},
		{En: "no such device or address", ZhTW: "沒有這個裝置或位址（no such device or address）"},
		{En: "file exists", ZhTW: "已經存在（file exists）"},
		{En: "no such file or directory", ZhTW: "沒有這個檔案或資料夾（no such file or directory）"},
		{En: "no such process", ZhTW: "找不到要刪除或修改的項目（no such process）"},
		{En: "network is unreachable", ZhTW: "沒有路由可以到那裡（network is unreachable）"},
		{En: "network is down", ZhTW: "介面還沒啟用（network is down）"},
		{En: "no route to host", ZhTW: "到不了對方：下一站沒有回應（no route to host）"},
		{En: "host is down", ZhTW: "對方沒有回應（host is down）"},
		{En: "operation not supported", ZhTW: "核心不支援這個動作（operation not supported）"},
		{En: "operation not permitted", ZhTW: "權限不足（operation not permitted）"},
		{En: "permission denied", ZhTW: "權限不足（permission denied）"},
		{En: "read-only file system", ZhTW: "檔案系統是唯讀的（read-only file system）"},
		{En: "invalid argument", ZhTW: "核心不接受這個值（invalid argument）"},
		{En: "numerical result out of range", ZhTW: "值或名字超出範圍（numerical result out of range）"},
		{En: "device or resource busy", ZhTW: "正在使用中（device or resource busy）"},
		{En: "cannot assign requested address", ZhTW: "沒有這個位址（cannot assign requested address）"},
		{En: "address already in use", ZhTW: "位址或埠已經有人在用（address already in use）"},
		{En: "address family not supported by protocol", ZhTW: "不支援這種位址（address family not supported by protocol）"},
		{En: "connection refused", ZhTW: "對方拒絕連線：那個埠沒有程式在監聽（connection refused）"},
		{En: "connection reset by peer", ZhTW: "連線被對方中斷（connection reset by peer）"},
		{En: "connection timed out", ZhTW: "連線逾時，沒有回應（connection timed out）"},
		{En: "too many levels of symbolic links", ZhTW: "會形成迴圈（too many levels of symbolic links）"},
		{En: "too many open files", ZhTW: "開啟的檔案太多（too many open files）"},
		{En: "no buffer space available", ZhTW: "緩衝區或數量到達上限（no buffer space available）"},
		{En: "cannot allocate memory", ZhTW: "記憶體不足（cannot allocate memory）"},
		{En: "no space left on device", ZhTW: "空間或數量到達上限（no space left on device）"},
		{En: "message too long", ZhTW: "封包超過 MTU（message too long）"},
		{En: "is a directory", ZhTW: "這是資料夾（is a directory）"},
		{En: "not a directory", ZhTW: "這不是資料夾（not a directory）"},
		{En: "exec format error", ZhTW: "這個檔案無法執行（exec format error）"},
		{En: "i/o timeout", ZhTW: "逾時，沒有回應（i/o timeout）"},
		{En: "unsupported operation", ZhTW: "不支援這個動作（unsupported operation）"},
	}
}

// extendedAcks are explanations that the kernel adds to an error number (NLMSGERR_ATTR_MSG),
// for the mistakes that are easily made in a lesson.
func extendedAcks() []words.Text {
	return []words.Text{
		{En: "ipv4", ZhTW: "IPv4"},
		{En: "ipv6", ZhTW: "IPv6"},
		{En: "Address already assigned", ZhTW: "這個介面已經有這個位址（Address already assigned）"},
		{En: "Address not found", ZhTW: "這個介面沒有這個位址（Address not found）"},
		{En: "address not found", ZhTW: "這個介面沒有這個位址（address not found）"},
		{En: "Nexthop has invalid gateway", ZhTW: "閘道不在直接相連的子網路裡（Nexthop has invalid gateway）"},
		{En: "Device for nexthop is not up", ZhTW: "通往閘道的介面還沒啟用（Device for nexthop is not up）"},
		{En: "Nexthop device is not up", ZhTW: "通往閘道的介面還沒啟用（Nexthop device is not up）"},
		{En: "Unknown device type", ZhTW: "核心沒有這種介面（Unknown device type）"},
		{En: "Attribute failed policy validation", ZhTW: "格式不合規定，例如介面名字超過 15 個位元組（Attribute failed policy validation）"},
		{En: "Invalid prefix for given prefix length", ZhTW: "前綴長度以外的位元必須是 0（Invalid prefix for given prefix length）"},
		{En: "Invalid prefix length", ZhTW: "前綴長度不正確（Invalid prefix length）"},
		{En: "Device does not allow enslaving to a bridge", ZhTW: "這種介面不能當橋接器的埠（Device does not allow enslaving to a bridge）"},
		{En: "Can not enslave a bridge to a bridge", ZhTW: "橋接器不能當另一個橋接器的埠（Can not enslave a bridge to a bridge）"},
		{En: "The interface netns is immutable", ZhTW: "這種介面不能搬到別的命名空間（The interface netns is immutable）"},
		{En: "IPv6 is disabled on nexthop device", ZhTW: "通往閘道的介面停用了 IPv6（IPv6 is disabled on nexthop device）"},
		{En: "IPv6 is disabled on this device", ZhTW: "這個介面停用了 IPv6（IPv6 is disabled on this device）"},
		{En: "Invalid MTU", ZhTW: "MTU 不正確（Invalid MTU）"},
		{En: "mtu less than device minimum", ZhTW: "MTU 小於這種介面的下限（mtu less than device minimum）"},
		{En: "mtu greater than device maximum", ZhTW: "MTU 大於這種介面的上限（mtu greater than device maximum）"},
	}
}

// kernelErrors are the errors of packages kernel and netns.
func kernelErrors() []words.Text {
	return []words.Text{
		{En: "netlink: malformed answer", ZhTW: "netlink：核心的回覆格式不正確"},
		{En: "netlink: answer larger than the receive buffer", ZhTW: "netlink：核心的回覆大於接收緩衝區"},
		{En: "netlink: the rest is not needed", ZhTW: "netlink：不需要其餘的資料"},
		{En: "netlink: dump ended at the limit for namespaces of other users", ZhTW: "netlink：讀取已達其他使用者命名空間的上限"},
		{En: "netlink: dump interrupted", ZhTW: "netlink：讀取時資料一直在變動"},
		{En: "no message for %s", ZhTW: "%s 沒有對應的核心訊息"},
		{En: "%w: too many rules to be made at once", ZhTW: "%s：一次建立的規則太多"},
		{En: "%d rules are too many (want at most %d bytes)", ZhTW: "%s 條規則太多（最多 %s bytes）"},
		{En: "unexpected size of the answer", ZhTW: "回答的長度不符預期"},
		{En: "this kernel has no sysctl %s (is a module missing?)", ZhTW: "這個核心沒有 sysctl %s（是不是少了模組？）"},
		{En: "%s can only be written, so a lab cannot have it", ZhTW: "%s 只能寫入，所以不能當作實驗的設定"},
		{En: "cannot set %s to %q: the kernel changes it to %q (write that)", ZhTW: "無法把 %s 設為 %s：核心會改成 %s（請直接這樣寫）"},
		{En: "cannot set %s to %q: %w", ZhTW: "無法把 %s 設為 %s：%s"},
		{En: "the veth below it: %w", ZhTW: "它底下的 veth：%s"},
		{En: "namespace %s: %w", ZhTW: "命名空間 %s：%s"},
		{En: "--name: %w", ZhTW: "--name：%s"},
		{En: "cannot add node names to /etc/hosts: %w", ZhTW: "無法把節點名稱加進 /etc/hosts：%s"},
		{En: "cannot mount %s on %s: %w", ZhTW: "無法把 %s 掛載到 %s：%s"},
		{En: "cannot start the program in the sandbox: the forked process was killed", ZhTW: "無法在沙盒裡啟動程式：行程被終止了"},
		{En: "cannot enter the namespaces: %w", ZhTW: "無法進入命名空間：%s"},
		{En: "network namespaces need Linux", ZhTW: "網路命名空間需要 Linux"},
	}
}
