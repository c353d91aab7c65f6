"""Good files of the readers of photos and tables, and of whole patrols, for `benchmarks.fuzz_drone`.

As a reader of its own (`--reader patrol`) it reads archives, plans and all the rest through `sources.drone`.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from ceasefire.sources import drone

_RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
_XMP = {
    "DJI": (
        'xmlns:d="http://www.dji.com/drone-dji/1.0/"',
        'd:GimbalYawDegree="-90.0" d:GimbalPitchDegree="-45.0" d:GimbalRollDegree="+0.0" d:AbsoluteAltitude="+251.2" '
        'd:RelativeAltitude="+100.1" d:GpsLatitude="50.5" d:GpsLongtitude="36.25"',
    ),
    "Parrot": (
        'xmlns:Camera="http://pix4d.com/camera/1.0/"',
        'Camera:Yaw="146.78" Camera:Pitch="38.01" Camera:Roll="-0.04" Camera:GPSXYAccuracy="845389/2097152"',
    ),
}


def photo_seeds() -> list[tuple[str, bytes]]:
    """JPEG, TIFF and PNG pictures with EXIF and XMP of two makers."""
    from PIL import Image
    from PIL.TiffImagePlugin import IFDRational as Ratio

    seeds = []
    for make, (space, tags) in _XMP.items():
        exif = Image.Exif()
        exif[0x010F], exif[0x0110], exif[0x0112] = make, "Model", 6
        exif._ifds[0x8769] = {0x9003: "2025:04:01 12:00:00", 0x9011: "+03:00", 0x920A: Ratio(88, 10), 0xA405: 24}
        exif._ifds[0x8825] = {
            **{1: "N", 2: (Ratio(50), Ratio(30), Ratio(1)), 3: "E", 4: (Ratio(36), Ratio(15), Ratio(1)), 5: b"\0"},
            **{6: Ratio(250), 7: (Ratio(9), Ratio(0), Ratio(1)), 29: "2025:04:01"},
        }
        packet = f'<?xpacket begin=""?><rdf:RDF {_RDF}><rdf:Description {space} {tags}/></rdf:RDF>'.encode()
        for kind in ("JPEG", "TIFF", "PNG"):
            out = io.BytesIO()
            given = {} if kind == "TIFF" else {"xmp": packet} if kind == "JPEG" else {}
            Image.new("RGB", (24, 16)).save(out, kind, exif=exif, **given)
            seeds.append((f".{kind.lower()}", out.getvalue()))
    return seeds


def table_seeds(kind: str) -> list[tuple[str, bytes]]:
    """Tables of both dialects of DJI records, of a mission's log, and of a plan."""
    if kind == "dji_csv":
        head = "time(millisecond),datetime(utc),latitude,longitude,height_above_takeoff(feet),gimbal_heading(degrees),"
        rows = [f"{100 * k},2025-04-01 09:00:{k // 10:02d},50.00{k},36.0,100.0,350.0,-60.0,14" for k in range(30)]
        airdata = "\n".join([head + "gimbal_pitch(degrees),satellites", *rows])
        head = "CUSTOM.date [local],CUSTOM.updateTime [local],OSD.latitude,OSD.longitude,OSD.height [ft],GIMBAL.pitch"
        rows = [f'4/1/2025,12:00:0{k}.25 PM,50.00{k},36.0,"328.08",-45.0' for k in range(9)]
        viewer = "\n".join(["sep=,", head, *rows])
        return [(".csv", t.encode()) for t in (airdata, viewer)] + [(".csv", viewer.encode("utf-16"))]
    if kind == "plan":
        rows = ["zone,polygon,lon,lat,radius_m,start,end,remark", "z-1,,,,,2025-04-01T08:00Z,2025-04-01T10:00Z,denied"]
        rows += [',"POLYGON ((36 50, 36.1 50, 36.1 50.1, 36 50))",,,,2025-04-01T08:00Z,2025-04-01T10:00Z,fog']
        return [(".csv", "\n".join([*rows, ",,36.5,50.5,2000,2025-04-01T08:00Z,2025-04-01T10:00Z,"]).encode())]
    head = "time,lon,lat,height_m,ground_m,azimuth_deg,elevation_deg,roll_deg,hfov_deg,vfov_deg,fix,satellites,note"
    rows = [f"2025-04-01T09:00:{k:02d}Z,36.00{k},50.0,250,120,90,-60,0,60,40,yes,14," for k in range(9)]
    return [(".csv", "\n".join([head, *rows]).encode()), (".csv", "\n".join([head, *rows]).replace(",", ";").encode())]


def patrol_seeds() -> list[tuple[str, bytes]]:
    """Archives of two records of one flight, packed and stored; a plan; and files of the other seeds."""
    tables = [*table_seeds("dji_csv"), *table_seeds("mission_csv"), *table_seeds("plan")]
    seeds = [*tables, *photo_seeds()[:2]]
    for how in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", how) as archive:
            for k, (ending, data) in enumerate([tables[0], tables[3], tables[5], photo_seeds()[0]]):
                archive.writestr(f"day/{k}{ending}", data)
        seeds += [(".zip", out.getvalue())] * 3
    return seeds


def read_flight(path: Path, *, source: str) -> SimpleNamespace:
    """Read one file or archive as a patrol."""
    read = drone.read([path], source=source)
    read.check()
    if any(f.state == drone.ASIDE and not f.reason for f in read.files):
        raise ValueError("a file is set aside without a reason")
    if any(f.reason.startswith("its reader failed") for f in read.files):
        raise ValueError(next(f.reason for f in read.files if f.reason.startswith("its reader failed")))
    if any(np.any(np.diff(f.times).astype(np.int64) < 0) for f in read.flights):
        raise ValueError("times fall")
    return SimpleNamespace(flights=(*read.flights, read.planned), count=read.count, quarantine=read.quarantine)
