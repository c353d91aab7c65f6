"""What is wrong in Natural Earth's codes and names, and what is right; each line with its reason.

Codes are ISO 3166-2 (https://www.iso.org/obp/ui/#iso:code:3166). Where ISO has no code for a drawn area, Natural
Earth's placeholder is kept, moved to a country where the territory's state is not in doubt by ISO 3166-1, else
to the user-assigned prefix `XX`.
"""

from __future__ import annotations

BY_CODE_AND_NAME: dict[tuple[str, str], str] = {
    # Russia: city and oblast of Moscow are swapped; an islet of the Kara Sea has no name
    ("RU-MOS", "Moskva"): "RU-MOW",
    ("RU-MOW", "Moskovskaya"): "RU-MOS",
    ("RU-X01~", "*"): "RU-YAN",
    # one code stands for two regions
    ("KZ-ALA", "Almaty"): "KZ-ALM",
    ("SD-DS", "Eastern Darfur"): "SD-DE",
    ("LA-VI", "Vientiane [prefecture]"): "LA-VT",
    ("CO-CUN", "Bogota"): "CO-DC",
    ("IR-07", "Alborz"): "IR-32",
    ("SB-CH", "Western"): "SB-WE",
    ("MV-12", "Malé"): "MV-MLE",
    ("PE-LIM", "Lima Province"): "PE-LMA",
    # Republika Srpska is drawn in seven parts with placeholder codes
    **{(f"BA-X0{n}~", "*"): "BA-SRP" for n in range(1, 8)},
    ("AZ-X01~", "*"): "AZ-SUS",
    # areas outside Natural Earth's countries ("-99")
    ("-99-X02~", "*"): "FR-CP",
    ("-99-X03~", "*"): "AU-X43",
    ("-99-X04~", "*"): "CY-X04",
    ("-99-X05~", "*"): "KZ-X05",
    ("-99-X06~", "*"): "XX-X06",
    ("-99-X08~", "*"): "XX-X08",
    ("-99-X11~", "*"): "SO-X11",
    ("-99-X13~", "*"): "CU-X13",
    ("-99-X14~", "*"): "CX-X14",
    ("-99-X15~", "*"): "CC-X15",
    ("-99-X16~", "*"): "CY-X16",
    ("-99-X17~", "*"): "CY-X17",
}
"""(code in the source, name in the source or `*`) to the right code."""

BY_CODE_AND_PLACE: dict[tuple[str, tuple[float, float, float, float]], str] = {
    # both parts carry one code and one name; the part that lies in the box is the other province
    ("AF-URU", (65.0, 33.2, 67.0, 35.0)): "AF-DAY",
    ("AF-PAR", (69.3, 34.8, 70.6, 36.0)): "AF-PAN",
    ("HR-12", (17.2, 45.25, 17.95, 45.6)): "HR-11",
    ("MZ-L", (32.3, -26.2, 32.8, -25.8)): "MZ-MPM",
}
"""(code in the source, west, south, east, north of a box around a point inside) to the right code."""

REDRAWN: dict[str, tuple[str, list[tuple[float, float]]]] = {
    # Natural Earth draws the city of Kyiv twice as large as it is (1,616 against 848 km2) and so takes Irpin,
    # Bucha, Vyshneve and others from the oblast. Drawn anew by hand after the city's extreme points
    # (50.21-50.59 N, 30.24-30.83 E) and the places at its edge; good to about 3 km.
    "UA-30": (
        "UA-32",
        [
            *((30.24, 50.54), (30.30, 50.58), (30.38, 50.59), (30.46, 50.57), (30.52, 50.55), (30.56, 50.56)),
            *((30.62, 50.55), (30.68, 50.54), (30.70, 50.52), (30.77, 50.50), (30.826, 50.48), (30.82, 50.44)),
            *((30.74, 50.43), (30.73, 50.39), (30.69, 50.37), (30.68, 50.34), (30.67, 50.29), (30.64, 50.25)),
            *((30.60, 50.213), (30.54, 50.24), (30.53, 50.30), (30.50, 50.34), (30.43, 50.35), (30.40, 50.38)),
            *((30.39, 50.42), (30.33, 50.43), (30.32, 50.48), (30.29, 50.52)),
        ],
    ),
}
"""Code of an enclave drawn anew: the region around it, which takes or gives the rest, and its corners."""

COUNTRY: dict[str, str] = {"NL-SX": "SX"}
"""Codes whose country, by ISO 3166-1, is not their first two letters."""

NOT_NAMES: dict[str, tuple[str, ...]] = {
    "RU-LEN": ("Saint Petersburg", "Leningrad|Saint Petersburg"),
    "RU-ARK": ("Vologodskaya Oblast'",),
}
"""Names that the source gives to the wrong region."""

NAMES: dict[str, dict[str, str]] = {
    "UA-30": {"en": "Kyiv", "uk": "Київ", "ru": "Киев"},
    "UA-32": {"en": "Kyiv oblast", "uk": "Київська область", "ru": "Киевская область"},
    "UA-40": {"en": "Sevastopol", "uk": "Севастополь", "ru": "Севастополь"},
    "UA-43": {"en": "Crimea", "uk": "Автономна Республіка Крим", "ru": "Крым"},
    "UA-51": {"en": "Odesa", "uk": "Одеська область", "ru": "Одесская область"},
    "RU-AL": {"en": "Altai Republic", "uk": "Республіка Алтай", "ru": "Республика Алтай"},
    "RU-ALT": {"en": "Altai Krai", "uk": "Алтайський край", "ru": "Алтайский край"},
    "RU-MOW": {"en": "Moscow", "uk": "Москва", "ru": "Москва"},
    "RU-MOS": {"en": "Moscow oblast", "uk": "Московська область", "ru": "Московская область"},
}
"""Names that the source lacks, swaps or gives in a form that its state no longer uses; no other name is kept."""

OTHER_NAMES: dict[str, tuple[str, ...]] = {
    "UA-30": ("Kyiv City", "Kiev City", "City of Kyiv", "Kyiv Misto", "м. Київ", "місто Київ", "г. Киев", "Kiev"),
    "UA-32": ("Kiev oblast", "Kyivska", "Kyiv region", "Kievskaya Oblast"),
    "UA-40": ("Sevastopol City", "City of Sevastopol", "Sebastopol", "м. Севастополь", "г. Севастополь"),
    "UA-43": (
        "Autonomous Republic of Crimea",
        "Republic of Crimea",
        "AR Crimea",
        "АР Крим",
        "Крим",
        "Krym",
        "Автономная Республика Крым",
        "Республика Крым",
    ),
    "UA-51": ("Odessa", "Odessa oblast", "Odeska"),
    "UA-05": ("Vinnitsa", "Vinnytsa"),
    "UA-09": ("Lugansk",),
    "UA-18": ("Zhitomir",),
    "UA-46": ("Lvov",),
    "UA-48": ("Nikolaev", "Nikolayev", "Mykolayiv"),
    "UA-56": ("Rovno",),
    "UA-61": ("Ternopol",),
    "UA-63": ("Kharkov",),
    "UA-68": ("Khmelnitsky", "Khmelnytsky", "Khmelnitskiy", "Khmelnytska"),
    "UA-71": ("Cherkassy",),
    "UA-74": ("Chernigov",),
    "UA-77": ("Chernovtsy",),
    "UA-12": ("Dnipro oblast", "Dnepropetrovsk", "Dnipro region"),
    "UA-21": ("Transcarpathia", "Zakarpattya", "Transcarpathian"),
    "UA-35": ("Kropyvnytskyi oblast", "Kirovograd"),
    "UA-23": ("Zaporizhia", "Zaporozhye", "Zaporizhzhya", "Zaporozhskaya", "Zaporizka"),
    "RU-ALT": ("Altayskiy Kray", "Altay Kray"),
    "RU-AL": ("Gorno-Altay", "Gorny Altai"),
    "RU-MOW": ("Moscow City", "City of Moscow", "Moskva", "г. Москва"),
    "RU-MOS": ("Moscow region", "Moskovskaya", "Moskovskaya Oblast"),
    "RU-SPE": ("Saint Petersburg", "St. Petersburg", "Petersburg", "Sankt-Peterburg"),
    "RU-CE": ("Chechnya", "Чеченская Республика"),
    "RU-IN": ("Ingushetia",),
    "RU-KB": ("Kabardino-Balkar Republic", "Кабардино-Балкарская Республика"),
    "RU-KC": ("Karachay-Cherkessia", "Карачаево-Черкесская Республика"),
    "RU-UD": ("Udmurtia", "Удмуртская Республика"),
    "RU-SA": ("Yakutia", "Sakha (Yakutia) Republic", "Республика Саха (Якутия)"),
    "RU-KHM": ("Khanty-Mansi Autonomous Okrug - Yugra", "Ханты-Мансийский автономный округ"),
    "RU-ORL": ("Orel",),
    "RU-KDA": ("Krasnodar", "Kuban"),
    "RU-STA": ("Stavropol",),
}
"""Further names by which data sets call a region."""
