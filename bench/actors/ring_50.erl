%% A ring of a thousand processes, and 50 tokens that go around it: two million hops.
-module(ring_50).
-export([main/0]).

first(Done) -> receive {close, Next} -> member(Next, Done) end.

member(Next, Done) ->
    receive
        {token, 0} -> Done ! 1, member(Next, Done);
        {token, N} -> Next ! {token, N - 1}, member(Next, Done)
    end.

ring(0, Next, _) -> Next;
ring(Left, Next, Done) -> ring(Left - 1, spawn(fun() -> member(Next, Done) end), Done).

sum(0, Total) -> Total;
sum(Left, Total) -> receive N -> sum(Left - 1, Total + N) end.

main() ->
    Start = erlang:monotonic_time(nanosecond),
    Self = self(),
    Last = spawn(fun() -> first(Self) end),
    Last ! {close, ring(999, Last, Self)},
    [Last ! {token, 39999} || _ <- lists:seq(1, 50)],
    io:format("~p~n", [sum(50, 0)]),
    io:format("elapsed ~p ns for ~p~n", [erlang:monotonic_time(nanosecond) - Start, 2000000]).
