package importer

import (
	"slices"
	"strings"
)

// idle are programs that change nothing of a network, with the reason.
type idle struct{ names, why string }

// silentIdle print nothing that scripts use.
var silentIdle = []idle{
	{" sleep usleep wait logger sync clear tput stty reset notify-send ", "they wait, or write to a log or terminal"},
	{" chmod chown chgrp chattr setfacl ", "they change who may use a file"},
	{" rmmod insmod ", "the kernel loads the modules that it needs"},
	{" kill pkill killall ", "starting what they end is reported"},
	{" apt apt-get aptitude yum dnf apk zypper pacman pip pip3 ", "the programs of a machine are not part of a lab"},
	{" arping ndisc6 ", "they change nothing that lasts"},
	{" true : ", "they do nothing"},
}

// printingIdle print something that is unknown.
var printingIdle = []idle{
	{" date uptime cal tty who w last ", "they show the time and users"},
	{" ls find du df stat file less more tree locate ", "they show files"},
	{" uname lsmod free lscpu nproc lspci lsusb lsblk modinfo lsb_release hostnamectl dmidecode ", "they show the machine"},
	{" pgrep ps top htop pstree lsof fuser journalctl dmesg ", "they show processes and logs"},
	{" ss netstat nstat ifstat tcpdump tshark traceroute traceroute6 tracepath mtr ", "they show the network"},
	{" dig nslookup host getent ", "they ask for names"},
	{" column sed diff cmp jq od hexdump xxd md5sum sha1sum sha256sum nl tac fold comm paste join uniq shuf split fmt base64 bc dc strings yes ", "they compute a text"},
	{" dpkg rpm git ", "the programs of a machine are not part of a lab"},
	{" nft-list iptables-save ip6tables-save ebtables-save arptables-save ", "they show rules"},
	{" pwgen uuidgen openssl ", "they make numbers and names"},
}

func inList(list, name string) bool { return slices.Contains(strings.Fields(list), name) }

func isIdle(list []idle, name string) bool {
	return slices.ContainsFunc(list, func(i idle) bool { return inList(i.names, name) })
}

// basics are further programs that every Linux machine with iproute2 has. Those that
// only some machines have, such as docker, are in no list.
const basics = ` ip bridge tc ss sysctl ping sh bash cat grep egrep fgrep sed awk cut tr sort uniq head tail wc tee seq expr basename dirname realpath
	readlink mktemp id whoami printf echo test cp mv rm ln ls mkdir rmdir touch find xargs env nice nohup timeout setsid stdbuf sleep date stat
	mount umount modprobe lsmod uname hostname dmesg ps kill pgrep pkill free uptime nproc unshare nsenter flock taskset su true false which
	getent chmod chown od paste comm join nl tac fold md5sum sha256sum base64 `

// followed are programs for networks that not every machine has. A script that is imported
// needs them, so that they exist.
const followed = ` nft iptables ip6tables iptables-nft ip6tables-nft iptables-restore ip6tables-restore ifconfig route arp brctl vconfig ethtool ping6 jq `
