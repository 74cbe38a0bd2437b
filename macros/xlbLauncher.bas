Option Explicit
' One launcher for all actions. Python does the work and replaces the stamp on the hidden
' sheet; without that, a message names the way out. Nothing here runs by itself.

Private Const STAMP_CELL As String = "B1"
Private Const LAST_WAIT As Long = 600
Private Const TICK As Double = 0.1

Public Sub XlbRun(ByVal action As String)
    Dim token As String
    On Error GoTo Missing
    If XlbOnMac() Then
        XlbSay "mac"
        Exit Sub
    End If
    token = XlbToken()
    XlbNote STAMP_CELL, token
    If XlbInOffice() Then
        XlbRunInOffice action, token
    Else
        XlbFindAddin
        Application.Run "xlwings.xlam!RunPython", "from xlbudget import addin; addin." & action & "()"
    End If
    On Error GoTo 0
    If shTexts.Range(STAMP_CELL).Value <> "ok " & token Then XlbSay "silent"
    Exit Sub
Missing:
    XlbSay "missing"
End Sub

Public Sub XlbNote(ByVal place As String, ByVal said As String)
    ' On the hidden sheet. It is no change of the user's: whoever closes need not be asked to save.
    Dim saved As Boolean
    saved = ThisWorkbook.Saved
    shTexts.Range(place).Value = said
    If saved Then ThisWorkbook.Saved = True
End Sub

Private Sub XlbFindAddin()
    ' An error here says that the add-in is not loaded; it can be asked for by name only.
    Dim addin As Object
    Set addin = Application.Workbooks("xlwings.xlam")
End Sub

Public Function XlbToken() As String
    Randomize
    XlbToken = Format(Now, "yyyymmddhhnnss") & Format(Int(Rnd * 1000000), "000000")
End Function

Public Function XlbInOffice() As Boolean
    ' LibreOffice gives its own version number; Excel's has been 12 or more since 2007.
    XlbInOffice = (Val(Application.Version) < 12)
End Function

Private Function XlbOnMac() As Boolean
    ' There Python would only answer after this macro has ended.
    If XlbInOffice() Then Exit Function
    XlbOnMac = (InStr(Application.OperatingSystem, "Mac") > 0)
End Function

Private Sub XlbRunInOffice(ByVal action As String, ByVal token As String)
    ' The child reaches this process from outside: wait without blocking it.
    Dim starter As String
    Dim i As Long
    starter = Environ("XLBUDGET_OFFICE_COMMAND")
    If starter = "" Then
        XlbNote STAMP_CELL, "ok " & token
        XlbSay "office"
        Exit Sub
    End If
    Shell starter & " " & action
    For i = 1 To LAST_WAIT
        If shTexts.Range(STAMP_CELL).Value = "ok " & token Then Exit Sub
        Application.Wait Now + TICK / 86400
    Next i
End Sub

Public Sub XlbSay(ByVal key As String, Optional ByVal detail As String = "")
    MsgBox Replace(XlbText(key), "{}", detail), vbExclamation, XlbText("title")
End Sub

Public Function XlbText(ByVal key As String) As String
    ' Chinese texts stand on the hidden sheet, because this source is plain ASCII.
    Dim i As Long
    XlbText = key
    For i = 2 To 40
        If shTexts.Cells(i, 1).Value = key Then XlbText = shTexts.Cells(i, 2).Value
    Next i
End Function
