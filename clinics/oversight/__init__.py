"""What the alerts of a clinic come to: open ones, times, breaches. Sums and clocks, no names, no words.

Read by clinic and not through `visible_to`, as the figures under Results are: nothing here says whose
alert it is. Who may open one is asked where the page is made.
"""
