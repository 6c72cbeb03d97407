"""What the made-up patients and therapists write. Every word is invented."""

from typing import Any

CONSENT_TITLE = "Taking part in the programme"
CONSENT_BODY = "\n\n".join(
    [
        "This programme helps you live better with lasting pain. It does not replace your doctor.",
        "You work through short steps at home. Your therapist reads what you hand in and write, on working "
        "days, and answers you. Nobody watches messages at night or at weekends. In an emergency, use the "
        "numbers on the Help now page.",
        "What you write is kept in your record, encrypted, and seen by the people who treat you. You can see "
        "who has opened it. You can stop at any time, and the rest of your care stays as it is.",
    ]
)

SAFETY_PLAN = {
    "signs": "I stop answering the phone\nI think that nothing will ever change",
    "alone": "Walk to the canal and back\nThe radio, and a hot shower",
    "places-0-name": "The library café",
    "helpers-0-name": "My sister Jo",
    "helpers-0-phone": "07700 900188",
    "others-0-name": "Pain nurse",
    "others-0-phone": "0115 496 0222",
    "safer": "Jo keeps the spare tablets",
    "reasons": "Jo's children\nMy garden in June",
}

CRISIS_LINES = [
    {"label": "Samaritans", "number": "116 123", "note": "Day and night, free"},
    {"label": "NHS 111, mental health", "number": "111", "note": "Choose option 2, day and night"},
]

STORIES: list[dict[str, Any]] = [
    {
        "situation": "Sunday lunch at my sister's. I had sat on a hard chair for an hour.",
        "body_sensations": "A band across my lower back, jaw tight.",
        "pain": "7",
        "thoughts": "I am spoiling this for everybody. I should have stayed at home.",
        "feelings": [("guilty", "70"), ("sad", "50")],
        "what_i_did": "I said I was fine, then left before pudding and lay down for the evening.",
        "short_term_result": "Quiet, and a bit less pain.",
        "long_term_result": "They ask me less often now.",
        "one_link_to_change": "actions",
        "hope": "To stay for the whole lunch, moving about when I need to.",
    },
    {
        "situation": "Putting the bins out after a bad night.",
        "body_sensations": "Sharp pull in the hip, tired all over.",
        "pain": "6",
        "thoughts": "If it hurts this much, something must be tearing.",
        "feelings": [("anxious", "80")],
        "what_i_did": "Stopped halfway and waited for my son to do it.",
        "short_term_result": "Relief.",
        "long_term_result": "I do less each month.",
        "one_link_to_change": "thoughts",
        "hope": "To look after my own front garden again.",
    },
    {
        "situation": "A good day, so I cleaned the whole kitchen and the oven too.",
        "body_sensations": "Nothing much while I did it, burning in both shoulders after.",
        "pain": "8",
        "thoughts": "I have to use the good days, there are so few.",
        "feelings": [("frustrated", "60"), ("angry", "40")],
        "what_i_did": "Went on until it was all done. Then two days on the sofa.",
        "short_term_result": "A clean kitchen.",
        "long_term_result": "Two lost days and no trust in the good ones.",
        "one_link_to_change": "actions",
        "hope": "To cook for friends and still be well the day after.",
    },
    {
        "situation": "My manager asked whether I could take the late shift.",
        "body_sensations": "Neck hard as a board, headache coming.",
        "pain": "5",
        "thoughts": "They think that I make it up.",
        "feelings": [("anxious", "60"), ("angry", "50")],
        "what_i_did": "Said yes and did not sleep for worrying about it.",
        "short_term_result": "No quarrel.",
        "long_term_result": "I am worn out by Friday.",
        "one_link_to_change": "thoughts",
        "hope": "To work four days and have something left for my children.",
    },
    {
        "situation": "Walking to the shop, the knee gave a twinge at the kerb.",
        "body_sensations": "Warm, stiff knee; holding my breath.",
        "pain": "4",
        "thoughts": "Here it goes again. Better turn round.",
        "feelings": [("anxious", "50"), ("frustrated", "40")],
        "what_i_did": "Turned round and ordered the shopping.",
        "short_term_result": "Felt safe at home.",
        "long_term_result": "The shop seems further away each week.",
        "one_link_to_change": "actions",
        "hope": "To walk to the lake and back.",
    },
    {
        "situation": "Three in the morning, awake again.",
        "body_sensations": "Throbbing foot, hot, tense belly.",
        "pain": "6",
        "thoughts": "Tomorrow is ruined before it starts.",
        "feelings": [("hopeless", "40"), ("frustrated", "70")],
        "what_i_did": "Looked at my phone for two hours.",
        "short_term_result": "Took my mind off it a little.",
        "long_term_result": "Tired and short with everybody.",
        "one_link_to_change": "body",
        "hope": "To wake up and not count the hours first.",
    },
]

PLANS = [
    (
        "After breakfast",
        "At the kitchen table",
        "My mug on the phone",
        "Visitors",
        "I do it before they come",
    ),
    (
        "When the kettle is on",
        "In the kitchen",
        "A note on the kettle",
        "A bad night",
        "I read the short version",
    ),
    ("Before the evening news", "On the sofa", "An alarm at six", "Too tired", "I write two words and stop"),
]

# activity, category, minutes, pain before, pain after: a quiet day, a busy one, a day after it
DAYS = [
    [
        ("Washing up", "chores", 20, 4, 5),
        ("Lay on the sofa", "rest", 60, 5, 4),
        ("Walk round the block", "movement", 15, 4, 5),
        ("Phone call with a friend", "social", 25, 5, 4),
    ],
    [
        ("Cleaned the windows", "chores", 90, 4, 7),
        ("Shopping", "travel", 75, 6, 7),
        ("Cooked for everybody", "chores", 80, 7, 8),
        ("Sat down at last", "rest", 30, 8, 7),
    ],
    [
        ("In bed until noon", "rest", 180, 7, 6),
        ("Toast and tea", "self-care", 20, 6, 6),
        ("Film on the sofa", "rest", 120, 6, 5),
    ],
    [
        ("Shower and dressing", "self-care", 30, 5, 5),
        ("Read in the garden", "leisure", 45, 5, 4),
        ("Ironing, in two parts", "chores", 25, 4, 5),
        ("Stretching", "movement", 10, 5, 4),
    ],
    [
        ("Work at the desk", "work", 150, 4, 6),
        ("Walk at lunch", "movement", 20, 6, 5),
        ("Rest after work", "rest", 45, 6, 5),
        ("Cards with the children", "social", 40, 5, 4),
    ],
]

FEEDBACK = [
    "Thank you for writing this so openly. What you noticed about the days after a big push is exactly what "
    "this week is about. You kept the log on several days although nights were poor: that took something. "
    "For the coming days, look for one moment where you stop a little earlier than you would have.",
    "You have drawn your cycle very clearly. I noticed the thought you wrote down comes before the pain "
    "changes what you do. We will come back to such thoughts later in the course. Until then, just notice it "
    "when it comes, as you did here.",
    "I am glad that you found words for that moment. Rest helped for an hour and cost you later; both are "
    "true, and seeing both is a good start. Your hope is a fine one, and we will make a small first step "
    "of it next week.",
]
REMARK = "This is a very clear description. What would you say to a friend who had this thought?"
ANOTHER_LOOK = (
    "You are well on the way. Could you choose one single moment for the map, with what went through your "
    "mind just then? At present it covers the whole weekend. The other parts are good as they are."
)

QUESTIONS = [
    "Is it all right to do the steps lying down? Sitting is hard for me in the evenings.",
    "I forgot the log on two days. Should I fill it in from memory or leave it out?",
    "My doctor wants to talk about my tablets next week. Is there a place for that in the programme?",
    "The part about the alarm made sense to me. Why did nobody tell me this before?",
]
ANSWERS = [
    "Yes, lying down is fine, and so is stopping halfway: the page remembers where you were.",
    "Leave those days out. Two or three days that you do remember tell us more than guesses.",
    "Tablets are for you and your doctor to decide together. It helps to write down your three most "
    "important questions beforehand.",
    "I am glad that it helped. Keep that thought by you; we will build on it.",
]
WELCOME = (
    "Hello, and welcome. I am your therapist in this programme. I read what you hand in and write to me on "
    "working days. Start with the first step whenever it suits you; it takes about six minutes."
)
