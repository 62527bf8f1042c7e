"""The currencies of either provider, as their own pages list them, and what is special of some.

https://docs.stripe.com/currencies · https://developer.paypal.com/api/rest/reference/currency-codes/
"""

STRIPE_PLACES = {
    0: "bif clp djf gnf jpy kmf krw mga pyg rwf ugx vnd vuv xaf xof xpf",
    2: "usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bmd bnd bob brl bsd bwp byn bzd"
    " cad cdf chf cny cop crc cve czk dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gtq gyd hkd"
    " hnl htg huf idr ils inr isk jmd kes kgs khr kyd kzt lak lbp lkr lrd lsl mad mdl mkd mmk mnt"
    " mop mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd pab pen pgk php pkr pln qar ron rsd rub"
    " sar sbd scr sek sgd shp sle sos srd std szl thb tjs top try ttd twd tzs uah uyu uzs wst xcd"
    " yer zar zmw",
    3: "bhd jod kwd omr tnd",
}
PAYPAL_PLACES = {
    0: "huf jpy twd",
    2: "aud brl cad chf cny czk dkk eur gbp hkd ils inr mxn myr nok nzd php pln rub sek sgd thb"
    " usd",
}
STEPS = {
    **{("stripe", currency): 10 for currency in STRIPE_PLACES[3].split()},
    ("stripe", "isk"): 100,
    ("stripe", "ugx"): 100,
    ("paypal", "huf"): 100,
    ("paypal", "twd"): 100,
}
"""In minor units of ours; 1 for all others."""

CURRENCIES = [
    (provider, currency, places)
    for provider, table in (("stripe", STRIPE_PLACES), ("paypal", PAYPAL_PLACES))
    for places, names in table.items()
    for currency in names.split()
]
EVERY = [(provider, currency) for provider, currency, _ in CURRENCIES]
IN_STEPS = sorted(STEPS)

REFUSED = [
    # Of the API: (provider, amount, currency, code); floats are no amounts.
    ("stripe", 5124, "kwd", "amount_too_precise"),  # KWD 5.124
    ("stripe", 1050, "isk", "amount_too_precise"),  # ISK 10.50
    ("stripe", 550, "ugx", "amount_too_precise"),
    ("stripe", 1.5, "jpy", "invalid_input"),
    ("paypal", 150, "huf", "amount_too_precise"),  # HUF 1.5
    ("paypal", 150, "twd", "amount_too_precise"),
    ("paypal", 1.5, "jpy", "invalid_input"),
    ("paypal", 5120, "kwd", "currency_not_offered"),
]
