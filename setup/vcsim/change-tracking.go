package main

import (
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/google/uuid"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// An answer names no more areas, so that clients have to ask again.
const areasMax = 2

type diskName struct {
	machine types.ManagedObjectReference
	key     int32
}

// history is what is known of a disk's changes. Change ids are `<id>/<number>`; areas[number] have changed until then.
type history struct {
	id    string
	areas [][]types.DiskChangeExtent
}

// tracker is changed block tracking as its documentation describes it. No guest writes here: what has changed is said by the
// machine's setting `test.changed.<disk>`, as `<start>+<length>,…`.
type tracker struct {
	mutex     sync.Mutex
	histories map[diskName]*history
}

// tracked is a machine with the method that vcsim lacks.
type tracked struct {
	*simulator.VirtualMachine
	*tracker
}

func trackChanges(registry *simulator.Registry) {
	changes := &tracker{histories: map[diskName]*history{}}
	registry.Handler = func(ctx *simulator.Context, method *simulator.Method) (mo.Reference, types.BaseMethodFault) {
		machine, ok := ctx.Map.Get(method.This).(*simulator.VirtualMachine)
		if !ok || ctx.Session == nil {
			return nil, nil
		}
		switch method.Name {
		case "CreateSnapshot_Task":
			(&tracked{machine, changes}).newChangeIDs()
		case "QueryChangedDiskAreas":
			// A session's own objects go before those of the server, and before what a handler returns.
			ctx.Session.Registry.Put(&tracked{machine, changes})
		}
		return nil, nil
	}
}

// newChangeIDs gives each disk a new change id, which the snapshot that is made next has as well.
func (t *tracked) newChangeIDs() {
	if enabled := t.Config.ChangeTrackingEnabled; enabled == nil || !*enabled {
		return
	}
	t.mutex.Lock()
	defer t.mutex.Unlock()
	devices := make([]types.BaseVirtualDevice, len(t.Config.Hardware.Device))
	for i, device := range t.Config.Hardware.Device {
		devices[i] = t.withChangeID(device)
	}
	t.Config.Hardware.Device = devices
}

func (t *tracked) withChangeID(device types.BaseVirtualDevice) types.BaseVirtualDevice {
	disk, ok := device.(*types.VirtualDisk)
	if !ok {
		return device
	}
	backing, ok := disk.Backing.(*types.VirtualDiskFlatVer2BackingInfo)
	if !ok {
		return device
	}
	name := diskName{t.Self, disk.Key}
	known := t.histories[name]
	if known == nil {
		known = &history{id: spaced(uuid.New())}
		t.histories[name] = known
	}
	known.areas = append(known.areas, t.takeAreas(disk.Key))
	// Earlier snapshots keep theirs.
	newDisk, newBacking := *disk, *backing
	newBacking.ChangeId = fmt.Sprintf("%s/%d", known.id, len(known.areas))
	newDisk.Backing = &newBacking
	return &newDisk
}

// spaced is a UUID as VMware writes it in change ids: `52 de c0 d9 b9 43 9d 10-61 d5 4c 1b e9 7b 65 63`.
func spaced(id uuid.UUID) string {
	pairs := make([]string, len(id))
	for i, b := range id {
		pairs[i] = fmt.Sprintf("%02x", b)
	}
	return strings.Join(pairs[:8], " ") + "-" + strings.Join(pairs[8:], " ")
}

func (t *tracked) takeAreas(key int32) []types.DiskChangeExtent {
	var areas []types.DiskChangeExtent
	setting := fmt.Sprintf("test.changed.%d", key)
	for _, option := range t.Config.ExtraConfig {
		value := option.GetOptionValue()
		text, ok := value.Value.(string)
		if value.Key != setting || !ok {
			continue
		}
		for _, area := range strings.Split(text, ",") {
			start, length, found := strings.Cut(area, "+")
			if !found {
				continue
			}
			from, _ := strconv.ParseInt(start, 10, 64)
			size, _ := strconv.ParseInt(length, 10, 64)
			areas = append(areas, types.DiskChangeExtent{Start: from, Length: size})
		}
		value.Value = "-"
	}
	return areas
}

// QueryChangedDiskAreas is not in vcsim.
func (t *tracked) QueryChangedDiskAreas(ctx *simulator.Context, asked *types.QueryChangedDiskAreas) soap.HasFault {
	body := &methods.QueryChangedDiskAreasBody{}
	defer ctx.Session.Registry.Remove(ctx, t.Self)
	t.mutex.Lock()
	defer t.mutex.Unlock()
	info, found := t.changes(ctx, asked)
	if !found {
		body.Fault_ = simulator.Fault("Error caused by file", &types.FileFault{})
		return body
	}
	body.Res = &types.QueryChangedDiskAreasResponse{Returnval: info}
	return body
}

func (t *tracked) changes(ctx *simulator.Context, asked *types.QueryChangedDiskAreas) (types.DiskChangeInfo, bool) {
	info := types.DiskChangeInfo{StartOffset: asked.StartOffset}
	known := t.histories[diskName{t.Self, asked.DeviceKey}]
	if known == nil || asked.Snapshot == nil {
		return info, false
	}
	snapshot, ok := ctx.Map.Get(*asked.Snapshot).(*simulator.VirtualMachineSnapshot)
	if !ok {
		return info, false
	}
	since, ok := known.number(asked.ChangeId)
	if asked.ChangeId == "*" {
		since, ok = 0, true
	}
	until, size, here := known.at(snapshot, asked.DeviceKey)
	if !ok || !here || since > until {
		return info, false
	}
	info.Length = size - asked.StartOffset
	for _, areas := range known.areas[since:until] {
		for _, area := range areas {
			if area.Start < asked.StartOffset {
				continue
			}
			if len(info.ChangedArea) == areasMax {
				info.Length = area.Start - asked.StartOffset
				return info, true
			}
			info.ChangedArea = append(info.ChangedArea, area)
		}
	}
	return info, true
}

func (h *history) number(changeID string) (int, bool) {
	id, number, found := strings.Cut(changeID, "/")
	count, err := strconv.Atoi(number)
	return count, found && id == h.id && err == nil && count >= 0 && count <= len(h.areas)
}

// at is the number of a snapshot's change id of a disk, and the disk's size in bytes.
func (h *history) at(snapshot *simulator.VirtualMachineSnapshot, key int32) (int, int64, bool) {
	for _, device := range snapshot.Config.Hardware.Device {
		disk, ok := device.(*types.VirtualDisk)
		if !ok || disk.Key != key {
			continue
		}
		backing, ok := disk.Backing.(*types.VirtualDiskFlatVer2BackingInfo)
		if !ok {
			return 0, 0, false
		}
		number, found := h.number(backing.ChangeId)
		return number, disk.CapacityInBytes, found
	}
	return 0, 0, false
}
