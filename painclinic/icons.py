"""The icons of painclinic, drawn by us on a grid of 24: name to the inside of an `<svg>`."""

ICONS: dict[str, str] = {
    "home": '<path d="M4 11.5 12 5l8 6.5"/><path d="M6.5 10v9h11v-9"/><path d="M10.5 19v-5h3v5"/>',
    "course": '<circle cx="5" cy="18.5" r="2"/><circle cx="19" cy="5.5" r="2"/>'
    '<path d="M7 18.5h8a3.25 3.25 0 0 0 0-6.5H9a3.25 3.25 0 0 1 0-6.5h8"/>',
    "practice": '<path d="M5 4.5h11l3 3v12H5z"/><path d="M8.5 10h7"/><path d="M8.5 14h7"/>',
    "messages": '<path d="M4 5.5h16v11h-8.5L7 20v-3.5H4z"/><path d="M8 9.5h8"/><path d="M8 12.8h5"/>',
    "progress": '<path d="M4 19.5h16"/><path d="M5 15l4.5-4.5 3.5 3L19.5 7"/><path d="M15.5 6.5h4.2v4.2"/>',
    "menu": '<path d="M4 7h16"/><path d="M4 12h16"/><path d="M4 17h16"/>',
    "help": '<circle cx="12" cy="12" r="8.5"/><circle cx="12" cy="12" r="3.2"/>'
    '<path d="M6 6l3.7 3.7"/><path d="M14.3 14.3 18 18"/><path d="M18 6l-3.7 3.7"/>'
    '<path d="M9.7 14.3 6 18"/>',
    "check": '<path d="M5 12.5l4.5 4.5L19 7.5"/>',
    "clock": '<circle cx="12" cy="12" r="8.5"/><path d="M12 7v5.2l3.5 2"/>',
    "warning": '<path d="M12 4.5 21 19.5H3z"/><path d="M12 10v4.5"/><path d="M12 17v.1"/>',
    "info": '<circle cx="12" cy="12" r="8.5"/><path d="M12 11v5.5"/><path d="M12 7.6v.1"/>',
    "person": '<circle cx="12" cy="8.5" r="3.8"/><path d="M4.8 19.8c.8-4 3.6-6 7.2-6s6.4 2 7.2 6"/>',
    "people": '<circle cx="9" cy="9" r="3.3"/><path d="M3 19c.5-3.4 2.8-5.2 6-5.2s5.5 1.8 6 5.2"/>'
    '<path d="M15.5 6a3.2 3.2 0 0 1 0 6.1"/><path d="M17.5 14.2c2 .6 3.2 2.2 3.5 4.8"/>',
    "desk": '<path d="M3.5 9.5h17"/><path d="M5.5 9.5v10"/><path d="M18.5 9.5v10"/>'
    '<path d="M12 9.5V14h6.5"/>'
    '<path d="M8 9.5V5h5v4.5"/>',
    "today": '<rect x="4" y="5.5" width="16" height="14.5" rx="2"/><path d="M4 10h16"/>'
    '<path d="M8.5 3.5v4"/>'
    '<path d="M15.5 3.5v4"/><path d="M9 15l2.2 2.2L15 13.3"/>',
    "settings": '<path d="M4 7.5h9"/><path d="M17 7.5h3"/><circle cx="15" cy="7.5" r="2"/>'
    '<path d="M4 16.5h3"/>'
    '<path d="M11 16.5h9"/><circle cx="9" cy="16.5" r="2"/>',
    "send": '<path d="M4.5 5l15.5 7-15.5 7 2.5-7z"/><path d="M7 12h6"/>',
    "print": '<path d="M7.5 8.5V4h9v4.5"/><path d="M7.5 16.5H4v-8h16v8h-3.5"/><path d="M7.5 13.5h9V20h-9z"/>',
    "download": '<path d="M12 4.5v10"/><path d="M7.5 10.5 12 15l4.5-4.5"/><path d="M5 19.5h14"/>',
    "lock": '<rect x="5" y="10.5" width="14" height="9.5" rx="2"/>'
    '<path d="M8.5 10.5V8a3.5 3.5 0 0 1 7 0v2.5"/>',
    "key": '<circle cx="8" cy="15.5" r="4"/><path d="M11 12.5 19 4.5"/><path d="M15.5 8l3 3"/>',
    "phone": '<rect x="7" y="3" width="10" height="18" rx="2"/><path d="M11 17.8h2"/>',
    "call": '<path d="M6 3.5h3l1.5 4.5-2 1.5a12 12 0 0 0 6 6l1.5-2 4.5 1.5v3a2 2 0 0 1-2.2 2'
    'A16.5 16.5 0 0 1 4 5.7 2 2 0 0 1 6 3.5z"/>',
    "calendar": '<rect x="4" y="5.5" width="16" height="14.5" rx="2"/><path d="M4 10h16"/>'
    '<path d="M8.5 3.5v4"/>'
    '<path d="M15.5 3.5v4"/>',
    "activity": '<circle cx="13" cy="4.5" r="1.8"/><path d="M10 20.5l2-5.5-3-3 2-4.5 3.5 2.5 3 .5"/>'
    '<path d="M12 15l3 2 .5 3.5"/><path d="M11 7.5 7.5 9l-1 3"/>',
    "pain": '<path d="M13 3 5.5 13.5H11L9.5 21l8-11H12z"/>',
    "goal": '<path d="M6 21V4"/><path d="M6 5h11.5l-2.5 3.7 2.5 3.8H6"/>',
    "leaf": '<path d="M19.5 4.5C10 4.5 5.5 9 5.5 14.5c0 2 1 4 3.5 4 6.5 0 10.5-5 10.5-14z"/>'
    '<path d="M4 21c2-5 5-8.5 9.5-11"/>',
    "back": '<path d="M14.5 5.5 8 12l6.5 6.5"/>',
    "next": '<path d="M9.5 5.5 16 12l-6.5 6.5"/>',
    "external": '<path d="M13.5 4.5h6v6"/><path d="M19.5 4.5 11 13"/><path d="M17 14v5.5H4.5V7H10"/>',
    "listen": '<path d="M4 10v4h3.5l4.5 4V6L7.5 10z"/><path d="M15.5 9a4 4 0 0 1 0 6"/>'
    '<path d="M18 6.5a8 8 0 0 1 0 11"/>',
    "cloud-off": '<path d="M7 18.5h10a3.8 3.8 0 0 0 1.5-7.3"/><path d="M8 9a5.3 5.3 0 0 1 8-1.5"/>'
    '<path d="M7 18.5a4 4 0 0 1-.7-8"/><path d="M4 4l16 16"/>',
    "two": '<rect x="4" y="4" width="11" height="13" rx="2"/><path d="M18.5 8.5V18a2 2 0 0 1-2 2H9"/>',
    "mail": '<rect x="3.5" y="5.5" width="17" height="13" rx="2"/><path d="M4 7l8 6 8-6"/>',
    "search": '<circle cx="10.5" cy="10.5" r="6"/><path d="M15 15l5 5"/>',
    "plus": '<path d="M12 5v14"/><path d="M5 12h14"/>',
    "edit": '<path d="M5 19l1-4L16.5 4.5l3 3L9 18z"/>',
    "document": '<path d="M6 3.5h8l4.5 4.5v12.5H6z"/><path d="M13.5 3.5v5h5"/>'
    '<path d="M9 13h6"/><path d="M9 16.5h6"/>',
    "play": '<path d="M8 5.5v13l10.5-6.5z"/>',
    "pause": '<path d="M8.5 6v12"/><path d="M15.5 6v12"/>',
    "stop": '<rect x="6.5" y="6.5" width="11" height="11" rx="1"/>',
}
