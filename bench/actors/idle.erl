%% A million processes that wait, all alive at once; then each answers a message and ends.
-module(idle).
-export([main/0]).

idle(To) -> receive N -> To ! N end.

sum(0, Total) -> Total;
sum(Left, Total) -> receive N -> sum(Left - 1, Total + N) end.

main() ->
    Count = 1000000,
    Start = erlang:monotonic_time(nanosecond),
    Self = self(),
    All = [spawn(fun() -> idle(Self) end) || _ <- lists:seq(1, Count)],
    [Pid ! 2 || Pid <- All],
    io:format("~p~n", [sum(Count, 0)]),
    io:format("elapsed ~p ns for ~p~n", [erlang:monotonic_time(nanosecond) - Start, Count]).
